/** What ends a job and what only ends a wait: hang-ups, cancellations and deploys, in each era. */
import { eventually } from '../../fixtures/eventually';
import { legacySession, modern, modernHeaders, modernMeta, post, stream } from '../../fixtures/raw';
import type { StreamMessage } from '../../fixtures/raw';
import { replicas, walking } from '../../fixtures/replicas';
import { dataOf, freshKey, startTestGateway } from '../../fixtures/stack';

const { url } = replicas();

/** Waits until the job has ended, or for as long as it has not within a moment that is long enough for a cancellation. */
const wait = async (job_id: string): Promise<unknown> =>
  dataOf(
    (await modern(url(), 'tools/call', { name: 'job_wait', arguments: { job_ids: [job_id], timeout_s: 20 } })).message
      .result,
  );

const latest = (tool: string): Promise<string> =>
  eventually(`a running job of ${tool} in the list`, async () => {
    const { message } = await modern(url(), 'tools/call', {
      name: 'job_list',
      arguments: { tool, running: true, limit: 50 },
    });
    const { jobs } = dataOf(message.result) as { jobs: { job_id: string; started_at: string }[] };
    return jobs.sort((a, b) => b.started_at.localeCompare(a.started_at))[0]?.job_id;
  });

/** What the TypeScript SDK says on Node when its caller aborts the call. */
const ABORT = 'AbortError: This operation was aborted';

/** Every message that still comes on a stream. */
async function rest(messages: AsyncIterable<StreamMessage>): Promise<StreamMessage[]> {
  const came: StreamMessage[] = [];
  for await (const message of messages) came.push(message);
  return came;
}

async function hangUpOn(name: string, args: object, written: Promise<void>, meta = {}, at = url()): Promise<void> {
  const params = { name, arguments: args, _meta: { ...modernMeta({}), ...meta } };
  const headers = { ...modernHeaders('tools/call'), 'mcp-name': name };
  const { hangUp } = await stream(at, { id: 1, method: 'tools/call', params }, headers);
  await written;
  hangUp();
}

/** Waits until a gateway has acted on what came before: a job that is left there now has been cancelled. */
async function hangUpsSeen(at: string): Promise<void> {
  const [ledger, args] = walking('gated');
  await hangUpOn('leash', args, ledger.written('begin gated'), {}, at);
  await ledger.written('abort gated');
}

test.concurrent('a hang-up ends the wait and not the job', async () => {
  const [ledger, args] = walking('gated', 'last');
  const at = url();
  await hangUpOn('walk', args, ledger.written('begin gated'), {}, at);
  await hangUpsSeen(at);
  ledger.open('gated');
  await ledger.written('end last');
});

test('a hang-up cancels the job of a tool that says so', async () => {
  const [ledger, args] = walking('gated');
  await hangUpOn('leash', args, ledger.written('begin gated'));
  expect(await wait(await latest('leash'))).toMatchObject({ status: 'cancelled' });
});

test.concurrent('a hang-up does not cancel a job that has a key: others may wait for it', async () => {
  const [ledger, args] = walking('gated');
  const key = { 'io.holdfast/idempotency-key': freshKey() };
  const at = url();
  await hangUpOn('leash', args, ledger.written('begin gated'), key, at);
  const other = modern(url(), 'tools/call', { name: 'leash', arguments: args, _meta: key });
  await hangUpsSeen(at);
  ledger.open('gated');
  expect(dataOf((await other).message.result)).toEqual({ walked: ['gated'] });
});

test.concurrent('a gateway that stops cancels nothing', async () => {
  const [ledger, args] = walking('gated', 'last');
  const leaving = await startTestGateway();
  const params = { name: 'leash', arguments: args, _meta: modernMeta({}) };
  const headers = { ...modernHeaders('tools/call'), 'mcp-name': 'leash' };
  const { messages } = await stream(leaving.url, { id: 1, method: 'tools/call', params }, headers);
  await ledger.written('begin gated');
  await leaving.stop();
  const { value } = (await messages.next()) as { value: { result: object } };
  expect(value.result).toMatchObject({ structuredContent: { status: 'running' } });
  ledger.open('gated');
  await ledger.written('end last');
});

test.concurrent('a cancellation in a batch is taken, too', async () => {
  const session = await legacySession(url(), {}, '2025-03-26');
  const [ledger, args] = walking('gated');
  const call = { id: 'a', method: 'tools/call', params: { name: 'leash', arguments: args } };
  const at = url();
  const { messages } = await stream(at, call, session.headers);
  await ledger.written('begin gated');
  const cancellation = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'a', reason: ABORT } };
  expect((await post(at, [cancellation], session.headers)).status).toBe(202);
  expect(await rest(messages)).toEqual([]);
  await ledger.written('abort gated');
});

/** Opens a call of `leash` on a stream, and waits until its first step has begun. */
async function begin(session: Awaited<ReturnType<typeof legacySession>>, id: number | string, at = url()) {
  const [ledger, args] = walking('gated', 'last');
  const call = { id, method: 'tools/call', params: { name: 'leash', arguments: args } };
  const open = await stream(at, call, session.headers);
  await ledger.written('begin gated');
  return { ledger, ...open };
}

const cancelled = (requestId: number | string, reason?: unknown): object => ({
  method: 'notifications/cancelled',
  params: { requestId, ...(reason !== undefined && { reason }) },
});

test.concurrent('an abort whose hang-up comes first ends the job, too', async () => {
  const session = await legacySession(url());
  const at = url();
  const { ledger, hangUp } = await begin(session, 7, at);
  hangUp();
  await session.send(at, cancelled(7, 'context canceled'));
  await ledger.written('abort gated');
});

test.concurrent.each([
  ['the TypeScript SDK', 'McpError: MCP error -32001: Request timed out'],
  ['the Python SDK', 'timed out after 15.0s'],
  ['a Python framework with a time-out of its own', 'caller cancelled'],
  ['the Rust SDK', 'request timeout'],
  ['the Go SDK', 'context deadline exceeded'],
  ['langchain4j', 'Timeout'],
  ['a client that gives no reason', undefined],
  ['a client whose reason is no text', { code: 'timeout' }],
])('a time-out of %s ends the wait, and the job goes on', async (_client, reason) => {
  const session = await legacySession(url());
  const at = url();
  const { ledger, messages } = await begin(session, 7, at);
  await session.send(at, cancelled(7, reason));
  expect(await rest(messages)).toEqual([]);
  ledger.open('gated');
  await ledger.written('end last');
  expect(ledger.count('abort gated')).toBe(0);
});

test.concurrent('an abort of a request that was answered with a handle ends nothing', async () => {
  const session = await legacySession(url());
  const [ledger, args] = walking('gated', 'last');
  const at = url();
  const impatient = { ...session.headers, 'holdfast-patience': '0' };
  const call = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'leash', arguments: args } };
  expect((await post(at, call, impatient)).message.result).toMatchObject({
    structuredContent: { status: 'running' },
  });
  await session.send(at, cancelled(7, ABORT));
  await hangUpsSeen(at);
  ledger.open('gated');
  await ledger.written('end last');
});

test.concurrent(
  'an abort at another gateway ends nothing: whether the request was answered is not known there',
  async () => {
    const session = await legacySession(url());
    const [here, there] = [url(), url()];
    const { ledger, messages } = await begin(session, 7, here);
    expect((await session.send(there, cancelled(7, ABORT))).status).toBe(202);
    await hangUpsSeen(there);
    ledger.open('gated');
    expect(await rest(messages)).toMatchObject([
      { id: 7, result: { structuredContent: { walked: ['gated', 'last'] } } },
    ]);
  },
);

test.concurrent('an abort of a request with a key ends the wait alone: others may wait for the job', async () => {
  const session = await legacySession(url(), {}, '2025-11-25', 'raw', { 'idempotency-key': freshKey() });
  const at = url();
  const { ledger, messages } = await begin(session, 7, at);
  await session.send(at, cancelled(7, ABORT));
  expect(await rest(messages)).toEqual([]);
  ledger.open('gated');
  await ledger.written('end last');
});

describe.each(['2025-11-25', '2025-06-18', '2025-03-26'])('on %s', (version) => {
  test('an abort ends the job of the request, which is not answered', async () => {
    const session = await legacySession(url(), {}, version);
    const at = url();
    const { messages } = await begin(session, 7, at);
    const job_id = await latest('leash');
    expect((await session.send(at, cancelled(7, ABORT))).status).toBe(202);
    expect(await rest(messages)).toEqual([]);
    expect(await wait(job_id)).toMatchObject({ job_id, status: 'cancelled' });
  });

  test('a request whose job is cancelled otherwise is answered', async () => {
    const session = await legacySession(url(), {}, version);
    const { messages } = await begin(session, 7);
    await session.request(url(), 'tools/call', { name: 'job_cancel', arguments: { job_id: await latest('leash') } });
    const { value } = (await messages.next()) as { value: { result: object } };
    expect(value.result).toMatchObject({ structuredContent: { status: 'cancelled' } });
  });

  test.concurrent('a hang-up cancels nothing', async () => {
    const session = await legacySession(url(), {}, version);
    const at = url();
    const { ledger, hangUp } = await begin(session, 'a', at);
    hangUp();
    await hangUpsSeen(at);
    ledger.open('gated');
    await ledger.written('end last');
  });

  test.concurrent('the request of another session is not cancelled', async () => {
    const [mine, other] = [await legacySession(url(), {}, version), await legacySession(url(), {}, version)];
    const at = url();
    const { ledger } = await begin(mine, 7, at);
    const { ledger: theirs } = await begin(other, 7, at);
    await other.send(at, cancelled(7, ABORT));
    await theirs.written('abort gated');
    ledger.open('gated');
    await ledger.written('end last');
  });
});
