/** What ends a job and what only ends a wait: hang-ups, cancellations and deploys, in each era. */
import { eventually } from '../../fixtures/eventually';
import { legacySession, modern, modernHeaders, modernMeta, post, stream } from '../../fixtures/raw';
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

test('a hang-up ends the wait and not the job', async () => {
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

test('a hang-up does not cancel a job that has a key: others may wait for it', async () => {
  const [ledger, args] = walking('gated');
  const key = { 'io.holdfast/idempotency-key': freshKey() };
  const at = url();
  await hangUpOn('leash', args, ledger.written('begin gated'), key, at);
  const other = modern(url(), 'tools/call', { name: 'leash', arguments: args, _meta: key });
  await hangUpsSeen(at);
  ledger.open('gated');
  expect(dataOf((await other).message.result)).toEqual({ walked: ['gated'] });
});

test('a gateway that stops cancels nothing', async () => {
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

test('a cancellation in a batch is taken, too', async () => {
  const session = await legacySession(url(), {}, '2025-03-26');
  const [ledger, args] = walking('gated');
  const call = { id: 'a', method: 'tools/call', params: { name: 'leash', arguments: args } };
  const { messages } = await stream(url(), call, session.headers);
  await ledger.written('begin gated');
  const cancellation = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'a' } };
  expect((await post(url(), [cancellation], session.headers)).status).toBe(202);
  expect((await messages.next()).done).toBe(true);
});

describe.each(['2025-11-25', '2025-06-18', '2025-03-26'])('on %s', (version) => {
  const begin = async (session: Awaited<ReturnType<typeof legacySession>>, id: number | string, at = url()) => {
    const [ledger, args] = walking('gated', 'last');
    const call = { id, method: 'tools/call', params: { name: 'leash', arguments: args } };
    const open = await stream(at, call, session.headers);
    await ledger.written('begin gated');
    return { ledger, ...open };
  };
  const cancelled = (requestId: number | string, reason?: string): object => ({
    method: 'notifications/cancelled',
    params: { requestId, ...(reason !== undefined && { reason }) },
  });

  test('a request that is taken back at any replica cancels its job and is not answered', async () => {
    const session = await legacySession(url(), {}, version);
    const { messages } = await begin(session, 7);
    const job_id = await latest('leash');
    expect((await session.send(url(), cancelled(7))).status).toBe(202);
    const seen: unknown[] = [];
    for await (const message of messages) seen.push(message);
    expect(seen).toEqual([]);
    expect(await wait(job_id)).toMatchObject({ job_id, status: 'cancelled' });
  });

  test('a request whose job is cancelled otherwise is answered', async () => {
    const session = await legacySession(url(), {}, version);
    const { messages } = await begin(session, 7);
    await session.request(url(), 'tools/call', { name: 'job_cancel', arguments: { job_id: await latest('leash') } });
    const { value } = (await messages.next()) as { value: { result: object } };
    expect(value.result).toMatchObject({ structuredContent: { status: 'cancelled' } });
  });

  test('a hang-up, or a timeout of the client, cancels nothing', async () => {
    const session = await legacySession(url(), {}, version);
    const at = url();
    const { ledger, hangUp } = await begin(session, 'a', at);
    await session.send(at, cancelled('a', 'Request timed out'));
    hangUp();
    await hangUpsSeen(at);
    ledger.open('gated');
    await ledger.written('end last');
  });

  test('the request of another session is not cancelled', async () => {
    const [mine, other] = [await legacySession(url(), {}, version), await legacySession(url(), {}, version)];
    const { ledger } = await begin(mine, 7);
    const { ledger: theirs } = await begin(other, 7);
    await other.send(url(), cancelled(7));
    await theirs.written('abort gated');
    ledger.open('gated');
    await ledger.written('end last');
  });
});
