/** One attempt at a time: what goes out, and what each reply is called. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { EgressError } from '../../../activities/egress/error';
import type { Egress, EgressRequest } from '../../../activities/egress/egress';
import { createWebhooks } from '../../../activities/webhooks/deliver';
import { createWebhookSteps } from '../../../activities/webhooks/steps';
import type { Attempt, Notice } from '../../../workflows/contract';
import { WEBHOOK_SECRET, startReceiver, wellBehaved } from '../../fixtures/receiver';
import type { Answer, Message, Receiver } from '../../fixtures/receiver';
import { run } from '../repository/world';

let receiver: Receiver | undefined;
afterEach(async () => {
  await receiver?.stop();
  receiver = undefined;
});

const { signal } = new AbortController();
const notice: Notice = {
  url: 'https://hooks.example.com/x',
  job: 'job_0123456789abcdef',
  tool: 'walk',
  status: 'done',
  endedAt: '2026-08-01T12:00:00.000Z',
};

/** The steps of a worker that may call `receiver`, and the receiver. */
async function stepsAnd(answer?: (message: Message) => Answer) {
  receiver = await startReceiver(answer);
  const steps = createWebhookSteps({ allowedHosts: [receiver.host], secrets: [WEBHOOK_SECRET] });
  return { steps, receiver, told: { ...notice, url: receiver.url } };
}

/** What comes of an attempt that gets this reply, or this error. */
function attempt(reply: number | EgressError, body = ''): Promise<Attempt> {
  const egress: Egress = (url) =>
    reply instanceof EgressError
      ? Promise.reject(reply)
      : Promise.resolve({ status: reply, headers: {}, body: Buffer.from(body), url });
  return createWebhooks({ allowedHosts: ['hooks.example.com'], secrets: ['s'] }, egress).send(notice, signal);
}

test('a message is signed, thin, and has the id of its job each time', async () => {
  const { steps, receiver, told } = await stepsAnd();
  expect(await run(steps.sendWebhook, told)).toBe('accepted');
  expect(await run(steps.sendWebhook, told)).toBe('accepted');
  expect(receiver.messages.map(({ id }) => id)).toEqual(['msg_job_0123456789abcdef', 'msg_job_0123456789abcdef']);
  expect(receiver.messages[0]?.body).toEqual({
    type: 'job.done',
    timestamp: '2026-08-01T12:00:00.000Z',
    data: { job_id: 'job_0123456789abcdef', tool: 'walk', status: 'done', ended_at: '2026-08-01T12:00:00.000Z' },
  });
});

test.each(['done', 'partial', 'failed', 'cancelled'] as const)('a job that ended as %s says so', async (status) => {
  const { steps, receiver, told } = await stepsAnd();
  await run(steps.sendWebhook, { ...told, status });
  expect(receiver.messages[0]?.body).toMatchObject({ type: `job.${status}`, data: { status } });
});

test('a receiver that repeats the challenge is verified, and each challenge is a new one', async () => {
  const { steps, receiver } = await stepsAnd();
  expect(await run(steps.challengeWebhook, receiver.url)).toBe('accepted');
  expect(await run(steps.challengeWebhook, receiver.url)).toBe('accepted');
  const [first, second] = receiver.messages;
  expect(first?.body.challenge).toMatch(/^[\w-]{43}$/);
  expect(first?.body.challenge).not.toBe(second?.body.challenge);
  expect(first?.id).not.toBe(second?.id);
});

test.each<[string, Answer, Attempt]>([
  ['nothing', { status: 204 }, 'not_verified'],
  ['another challenge', { status: 200, body: { challenge: 'x' } }, 'not_verified'],
  ['the challenge in another place', { status: 200, body: ['challenge'] }, 'not_verified'],
  ['a 410', { status: 410 }, 'gone'],
  ['a 404', { status: 404 }, 'rejected'],
])('a receiver that answers the challenge with %s is not', async (_what, answer, outcome) => {
  const { steps, receiver } = await stepsAnd(() => answer);
  expect(await run(steps.challengeWebhook, receiver.url)).toBe(outcome);
});

test('the challenge itself with an error status proves nothing', async () => {
  const { steps, receiver } = await stepsAnd((message) => ({ ...wellBehaved(message), status: 500 }));
  expect(await run(steps.challengeWebhook, receiver.url)).toBe('unwell');
});

test.each<[number, Attempt]>([
  [200, 'accepted'],
  [299, 'accepted'],
  [301, 'redirected'],
  [307, 'redirected'],
  [400, 'rejected'],
  [409, 'rejected'],
  [410, 'gone'],
  [429, 'rejected'],
  [500, 'unwell'],
  [599, 'unwell'],
])('status %i is %s', async (status, outcome) => {
  expect(await attempt(status, 'secret words of the receiver')).toBe(outcome);
});

test.each(['bad_url', 'forbidden_address', 'host_not_found', 'timeout', 'connection', 'tls', 'too_large'] as const)(
  '%s is called just that',
  async (reason) => {
    expect(await attempt(new EgressError(reason))).toBe(reason);
  },
);

test('a cancelled attempt has no outcome', async () => {
  await expect(attempt(new EgressError('cancelled'))).rejects.toThrow(EgressError);
});

test('an attempt has 15 s, 64 KB, and follows no redirect', async () => {
  const asked: EgressRequest[] = [];
  const egress: Egress = (url, request) => {
    asked.push(request);
    return Promise.resolve({ status: 204, headers: {}, body: Buffer.alloc(0), url });
  };
  const webhooks = createWebhooks({ allowedHosts: ['hooks.example.com'], secrets: ['s'] }, egress);
  await webhooks.challenge(notice.url, signal);
  await webhooks.send(notice, signal);
  for (const request of asked) {
    expect(request).toMatchObject({ method: 'POST', timeoutMs: 15_000, maxBytes: 65_536, signal });
    expect(request.redirects ?? 0).toBe(0);
    expect(Buffer.byteLength(request.body ?? '')).toBeLessThan(20_000);
  }
  expect(asked).toHaveLength(2);
});

test.each([
  ['a host that is not listed', 'https://evil.example.com/', 'not_allowed'],
  ['the listed host on another port', 'https://hooks.example.com:8443/', 'not_allowed'],
  ['a name under the listed one', 'https://a.hooks.example.com/', 'not_allowed'],
  ['no address', 'hooks.example.com', 'bad_url'],
])('nothing is sent to %s', async (_what, url, outcome) => {
  const egress = jest.fn<never, []>();
  const webhooks = createWebhooks({ allowedHosts: ['hooks.example.com'], secrets: ['s'] }, egress);
  expect(await webhooks.send({ ...notice, url }, signal)).toBe(outcome);
  expect(await webhooks.challenge(url, signal)).toBe(outcome);
  expect(egress).not.toHaveBeenCalled();
});

test('a listed host that is private is not connected to, unless it is 127.0.0.1 with a port', async () => {
  let knocks = 0;
  const canary = createServer((socket) => {
    knocks += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(canary, 'listening');
  const { port } = canary.address() as AddressInfo;
  const hosts = [`localhost:${port}`, `[::ffff:7f00:1]:${port}`, `127.0.0.1:${port}`];
  const steps = createWebhookSteps({ allowedHosts: hosts, secrets: [WEBHOOK_SECRET] });
  expect(await run(steps.sendWebhook, { ...notice, url: `https://localhost:${port}/` })).toBe('forbidden_address');
  expect(await run(steps.sendWebhook, { ...notice, url: `https://[::ffff:127.0.0.1]:${port}/` })).toBe(
    'forbidden_address',
  );
  expect(await run(steps.sendWebhook, { ...notice, url: `http://localhost:${port}/` })).toBe('bad_url');
  expect(knocks).toBe(0);
  expect(await run(steps.sendWebhook, { ...notice, url: `http://127.0.0.1:${port}/` })).toBe('connection');
  expect(knocks).toBe(1);
  canary.close();
});
