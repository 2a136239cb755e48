/** Callbacks on the real engine: delivered in spite of their receivers, and never at the cost of the job. */
import { randomUUID } from 'node:crypto';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { createWebhookSteps } from '../../activities/webhooks/steps';
import { shownSecretOf } from '../../activities/webhooks/sign';
import type { TemporalServer } from '../../cli/engine/server';
import { DEFAULT_POLICY, MEMO_JOB, TASK_QUEUE } from '../../workflows/contract';
import type { JobMemo, Notice, Policy } from '../../workflows/contract';
import { SHORT_BUDGET_MS, outOfBudget } from '../fixtures/budget';
import { eventually } from '../fixtures/eventually';
import { newLedger } from '../fixtures/ledger';
import { ownTemporal } from '../fixtures/processes';
import { WEBHOOK_SECRET, silent, startReceiver, wellBehaved } from '../fixtures/receiver';
import type { Receiver } from '../fixtures/receiver';
import { startTestWorker } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';

const SCHEDULE = [0, 100, 200, 300, 400];

let temporal: TemporalServer;
let connection: Connection;
let client: Client;
let worker: TestWorker;
let receiver: Receiver;

beforeAll(async () => {
  temporal = await ownTemporal();
  receiver = await startReceiver();
  const steps = createWebhookSteps({ allowedHosts: [receiver.host], secrets: [WEBHOOK_SECRET] });
  [connection, worker] = await Promise.all([
    Connection.connect({ address: temporal.address }),
    startTestWorker(steps, temporal.address),
  ]);
  client = new Client({ connection });
  await receiver.stop();
});
afterEach(() => receiver.stop());
afterAll(async () => {
  await Promise.all([connection.close(), worker.stop()]);
  await temporal.stop();
});

/** A receiver for one test, where the worker may call it. */
async function receiving(answer?: Parameters<typeof startReceiver>[0]): Promise<Receiver> {
  receiver = await startReceiver(answer, receiver.port);
  return receiver;
}

const newJob = (): Notice['job'] => `job_${randomUUID()}`;

const deliver = (url: string, job = newJob(), schedule: readonly number[] = SCHEDULE): Promise<WorkflowHandle> => {
  const notice: Notice = { url, job, tool: 'walk', status: 'done', endedAt: '2026-08-01T12:00:00.000Z' };
  const args = [{ ...notice, schedule }];
  return client.workflow.start('deliverWebhook', { taskQueue: TASK_QUEUE, workflowId: `${job}/webhook`, args });
};

/** A job with a callback, as the gateway starts one. */
const start = (type: string, input: unknown, url: string, policy: Partial<Policy> = {}): Promise<WorkflowHandle> => {
  const memo: JobMemo = {
    tool: type,
    caller: { tenant: 't', subject: 's' },
    policy: { ...DEFAULT_POLICY, heartbeatMs: 2_000, ...policy },
    argsHash: '',
    callback: { url },
  };
  const workflowId = `t/s/${newJob()}`;
  return client.workflow.start(type, { taskQueue: TASK_QUEUE, workflowId, args: [input], memo: { [MEMO_JOB]: memo } });
};

const webhookOf = ({ workflowId }: WorkflowHandle): WorkflowHandle =>
  client.workflow.getHandle(`${workflowId}/webhook`);
const jobOf = ({ workflowId }: WorkflowHandle): string => workflowId.split('/').at(-1) ?? '';

async function failureOf(handle: WorkflowHandle): Promise<ApplicationFailure> {
  const error: unknown = await handle.result().catch((reason: unknown) => reason);
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
  throw new Error('The workflow did not fail as a delivery fails.', { cause: error });
}

/** How many attempts have reported so far. */
async function attempts(handle: WorkflowHandle): Promise<number> {
  const { events } = await handle.fetchHistory();
  return events?.filter((event) => event.activityTaskCompletedEventAttributes).length ?? 0;
}

test('a receiver that was down is told when it is up again, once, under the id of the job', async () => {
  const schedule = [0, ...Array.from({ length: 100 }, (_, n) => 50 * n)];
  const handle = await deliver(receiver.url, newJob(), schedule); // nobody listens
  await eventually('a second attempt', async () => (await attempts(handle)) >= 2);
  const { told, messages } = await receiving();
  expect(await handle.result()).toMatchObject({ delivered: true, last: 'accepted' });
  expect(told().map(({ id }) => id)).toEqual([`msg_${handle.workflowId.split('/')[0]}`]);
  expect(messages).toHaveLength(2); // with one challenge
});

test('each attempt at the same message has the same id, and the challenge is passed once', async () => {
  const receiver = await receiving((message, n) => (n < 5 && n > 1 ? { status: 503 } : wellBehaved(message)));
  const job = newJob();
  expect(await (await deliver(receiver.url, job)).result()).toEqual({ delivered: true, attempts: 4, last: 'accepted' });
  expect(receiver.told().map(({ id }) => id)).toEqual(Array(4).fill(`msg_${job}`));
  expect(receiver.messages).toHaveLength(5);
});

test('nothing is told to a receiver that does not pass the challenge', async () => {
  const receiver = await receiving(() => ({ status: 204 }));
  const failure = await failureOf(await deliver(receiver.url));
  expect(failure).toMatchObject({ type: 'unavailable', details: [{ attempt: SCHEDULE.length, of: SCHEDULE.length }] });
  expect(failure.message).toContain('did not repeat the challenge');
  expect(receiver.told()).toEqual([]);
  expect(receiver.messages).toHaveLength(SCHEDULE.length);
});

test('a 410 ends it, as the receiver wishes', async () => {
  const receiver = await receiving((message) => (message.body.challenge ? wellBehaved(message) : { status: 410 }));
  const handle = await deliver(receiver.url);
  expect(await handle.result()).toEqual({ delivered: false, attempts: 1, last: 'gone' });
  expect(receiver.told()).toHaveLength(1);
});

test('a host that is not allowed ends it, with a sentence for the operator', async () => {
  const { messages, port } = await receiving();
  const failure = await failureOf(await deliver(`http://127.0.0.2:${port}/hook`));
  expect(failure).toMatchObject({ type: 'refused', details: [{ attempt: 1 }] });
  expect(failure.message).toContain('webhooks.allowed_hosts');
  expect(messages).toEqual([]);
});

test('a delivery that is cancelled by hand has not failed', async () => {
  const receiver = await receiving(silent);
  const handle = await deliver(receiver.url, newJob(), [0]); // in its last attempt
  await receiver.received(1);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect((await handle.describe()).status.name).toBe('CANCELLED');
});

test('the history names no secret, no signature, and nothing that the receiver said', async () => {
  const receiver = await receiving((message, n) =>
    n === 2 ? { status: 500, body: 'its own words' } : wellBehaved(message),
  );
  const handle = await deliver(receiver.url);
  await handle.result();
  const { events = [] } = await handle.fetchHistory();
  const text = JSON.stringify(events, (key, value: unknown) =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value,
  );
  expect(text).toContain(receiver.host);
  const secret = shownSecretOf(WEBHOOK_SECRET, receiver.host);
  for (const hidden of [WEBHOOK_SECRET, secret, secret.slice('whsec_'.length), 'v1,', 'its own words'])
    expect(text).not.toContain(hidden);
});

test.each([
  ['done', 'walk', { steps: ['one'] }, {}],
  ['failed', 'walk', { steps: ['one'], fail: 'one' }, {}],
  ['failed', 'walk', { steps: ['gated'] }, { budgetMs: 300 }],
] as const)('a job that ends as %s says so where it was asked to', async (status, type, input, policy) => {
  const receiver = await receiving();
  const handle = await start(type, { ledger: newLedger().path, ...input }, receiver.url, policy);
  await handle.result().catch(() => undefined);
  await webhookOf(handle).result();
  expect(receiver.told()).toMatchObject([
    {
      id: `msg_${jobOf(handle)}`,
      body: { type: `job.${status}`, data: { job_id: jobOf(handle), tool: 'walk', status } },
    },
  ]);
});

test('a job whose budget ends with something in hand says so', async () => {
  const receiver = await receiving();
  const { ended: handle } = await outOfBudget(async ({ path }) => {
    const input = { ledger: path, steps: ['one', 'gated'] };
    const begun = await start('walk', input, receiver.url, { budgetMs: SHORT_BUDGET_MS });
    await begun.result().catch(() => undefined);
    await webhookOf(begun).result();
    return begun;
  });
  expect(receiver.told().at(-1)).toMatchObject({ id: `msg_${jobOf(handle)}`, body: { type: 'job.partial' } });
});

test('a cancelled job says so, and stays cancelled', async () => {
  const receiver = await receiving();
  const ledger = newLedger();
  const handle = await start('walk', { ledger: ledger.path, steps: ['gated'] }, receiver.url);
  await ledger.written('begin gated');
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect((await handle.describe()).status.name).toBe('CANCELLED');
  await webhookOf(handle).result();
  expect(receiver.told()).toMatchObject([{ body: { type: 'job.cancelled' } }]);
});

test('a job ends as it would without a callback while its receiver is silent', async () => {
  const receiver = await receiving(silent);
  const handle = await start('echo', { text: 'hi' }, receiver.url);
  expect(await handle.result()).toEqual({ text: 'hi' });
  await receiver.received(1); // and is held
  expect((await webhookOf(handle).describe()).status.name).toBe('RUNNING');
  expect((await handle.describe()).status.name).toBe('COMPLETED');
  await webhookOf(handle).terminate();
});

test('a callback that cannot be started costs the job nothing', async () => {
  const receiver = await receiving();
  const memo = { callback: { url: receiver.url } };
  const workflowId = `t/s/${newJob()}`;
  const taken = await client.workflow.start('greet', {
    taskQueue: TASK_QUEUE,
    workflowId: `${workflowId}/webhook`,
    args: [{}],
  });
  const options = { taskQueue: TASK_QUEUE, workflowId, args: [{ text: 'hi' }], memo: { [MEMO_JOB]: memo } };
  expect(await client.workflow.execute('echo', options)).toEqual({ text: 'hi' });
  expect(receiver.messages).toEqual([]);
  await taken.terminate();
});

test('a job without a callback starts nothing', async () => {
  await receiving();
  const workflowId = `t/s/${newJob()}`;
  await client.workflow.execute('echo', { taskQueue: TASK_QUEUE, workflowId, args: [{ text: 'hi' }] });
  const { events = [] } = await client.workflow.getHandle(workflowId).fetchHistory();
  expect(events?.filter((event) => event.startChildWorkflowExecutionInitiatedEventAttributes)).toEqual([]);
});

test('a job that a bug holds up has not ended, and tells nothing', async () => {
  const { url, messages } = await receiving();
  const handle = await start('stumble', {}, url);
  await eventually('a workflow task that failed', async () =>
    (await handle.fetchHistory()).events?.some((event) => event.workflowTaskFailedEventAttributes),
  );
  const { events } = await handle.fetchHistory();
  expect(events?.some((event) => event.startChildWorkflowExecutionInitiatedEventAttributes)).toBe(false);
  expect(messages).toEqual([]);
  await handle.terminate();
});

test('pauses follow the schedule, a tenth longer or shorter', async () => {
  const receiver = await receiving(() => ({ status: 503 }));
  const handle = await deliver(receiver.url, newJob(), [0, 200, 700]);
  await failureOf(handle);
  const { events } = await handle.fetchHistory();
  const pauses = (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) =>
    timer ? [Number(timer.startToFireTimeout?.seconds ?? 0) * 1000 + (timer.startToFireTimeout?.nanos ?? 0) / 1e6] : [],
  );
  expect(pauses).toHaveLength(2);
  for (const [n, meant] of [200, 500].entries()) {
    expect(pauses[n]).toBeGreaterThanOrEqual(meant * 0.9);
    expect(pauses[n]).toBeLessThanOrEqual(meant * 1.1);
  }
});
