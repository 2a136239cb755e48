/** Calls that are put off or repeated, where the operator allows it. */
import type { Client } from '@modelcontextprotocol/client';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import type { Gateway } from '../../../gateway/gateway';
import { eventually } from '../../fixtures/eventually';
import { newLedger } from '../../fixtures/ledger';
import { declaring, modern } from '../../fixtures/raw';
import {
  connectV2,
  dataOf,
  freshKey,
  newTenant,
  run,
  startTestGateway,
  startTestWorker,
  textOf,
} from '../../fixtures/stack';
import type { TestWorker } from '../../fixtures/stack';

const tenant = newTenant();
let worker: TestWorker;
let gateway: Gateway;
let strict: Gateway;
let crowded: Gateway;
let client: Client;
let connection: Connection;
let temporal: TemporalClient;

beforeAll(async () => {
  [worker, gateway, strict, crowded, connection] = await Promise.all([
    startTestWorker(),
    startTestGateway({ webhooks: { allowedHosts: ['hooks.example.com'] }, weights: { local: 2 } }),
    startTestGateway({ schedules: false }),
    startTestGateway({ quotas: { perCaller: 1, perTenant: 100 }, keys: tenant.keys }),
    Connection.connect({ address: run().address }),
  ]);
  temporal = new TemporalClient({ connection });
  client = await connectV2(gateway.url);
});
afterAll(async () => {
  await client.close();
  await Promise.all([worker.stop(), gateway.stop(), strict.stop(), crowded.stop(), connection.close()]);
});

const call = (name: string, args: Record<string, unknown>): Promise<unknown> =>
  client.callTool({ name, arguments: args });
const schedule = (args: Record<string, unknown>): Promise<unknown> =>
  call('job_schedule', { tool: 'echo', arguments: { text: 'later' }, ...args });
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

/** Asks until the list holds what is looked for: it is eventually consistent. */
const listed = <T>(find: (answer: Record<string, unknown>) => T | undefined, by = client): Promise<T> =>
  eventually('what is looked for in the list', async () =>
    find(dataOf(await by.callTool({ name: 'job_list', arguments: { limit: 50 } }))),
  );

/** What Temporal calls a schedule. */
async function nameOf(id: string): Promise<string> {
  const found = await listed(({ schedules }) => (JSON.stringify(schedules).includes(id) ? id : undefined));
  for await (const { scheduleId } of temporal.schedule.list()) if (scheduleId.endsWith(found)) return scheduleId;
  throw new Error(`There is no schedule ${id}.`);
}

test('a call that is put off has a handle at once, begins then, and can be waited for', async () => {
  const at = inSeconds(2);
  const handle = await schedule({ run_at: at });
  const { job_id } = dataOf(handle);
  expect(textOf(handle)).toContain(`Job ${String(job_id)} (echo) is put off: it begins at`);
  const result = await call('job_wait', { job_ids: [job_id] });
  expect(dataOf(result)).toEqual({ text: 'later' });
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(at) - 100);
});

test('a put-off call that is asked for again with its key, when it has begun, is the same job', async () => {
  const put = {
    name: 'job_schedule',
    arguments: { tool: 'echo', arguments: { text: 'later' }, run_at: inSeconds(1) },
    _meta: { 'io.holdfast/idempotency-key': freshKey() },
  };
  const { job_id } = dataOf(await client.callTool(put));
  await call('job_wait', { job_ids: [job_id] });
  expect(dataOf(await client.callTool(put))).toEqual({ text: 'later' });
});

test('a call that is put off can be cancelled before it begins, and then takes no step', async () => {
  const ledger = newLedger();
  const args = { ledger: ledger.path, steps: ['one'] };
  const { job_id } = dataOf(await schedule({ tool: 'walk', arguments: args, run_at: inSeconds(3_600) }));
  expect(textOf(await call('job_cancel', { job_id }))).toContain('is now cancelled');
  expect(ledger.lines()).toEqual([]);
});

test('a put-off job can be read for its whole time after it has begun, and is not waited for before', async () => {
  const run_at = inSeconds(20 * 86_400);
  const { job_id, begins_at, expires_at, elapsed_s, next } = dataOf(await schedule({ run_at }));
  expect(Date.parse(String(expires_at))).toBeGreaterThan(Date.parse(run_at) + 86_400_000);
  expect(Math.abs(Date.parse(String(begins_at)) - Date.parse(run_at))).toBeLessThan(2_000);
  expect(elapsed_s).toBe(0);
  expect(next).toEqual({ tool: 'job_cancel', args: { job_id } });
  const look = dataOf(await call('job_wait', { job_ids: [job_id], timeout_s: 0 }));
  expect(look).toMatchObject({ begins_at, next });
  const { jobs } = await listed((answer) => (JSON.stringify(answer).includes(String(job_id)) ? answer : undefined));
  expect(jobs).toEqual(
    expect.arrayContaining([expect.objectContaining({ job_id, begins_at: expect.any(String) as unknown })]),
  );
  await call('job_cancel', { job_id });
});

test('what is put off does not count among the jobs that run', async () => {
  const few = await connectV2(crowded.url, tenant.headers);
  const put = await few.callTool({
    name: 'job_schedule',
    arguments: { tool: 'echo', arguments: { text: 'later' }, run_at: inSeconds(3_600) },
  });
  await listed(({ jobs }) => ((jobs as unknown[]).length > 0 ? true : undefined), few);
  expect(textOf(await few.callTool({ name: 'echo', arguments: { text: 'now' } }))).toBe('now');
  const more = await few.callTool({
    name: 'job_schedule',
    arguments: { tool: 'echo', arguments: { text: 'later' }, run_at: inSeconds(3_600) },
  });
  expect(textOf(more)).toContain('You have 1 jobs put off, which is the limit.');
  await few.callTool({ name: 'job_cancel', arguments: { job_id: dataOf(put)['job_id'] } });
  await few.close();
});

test('the same schedule twice, with one key, is one; another with that key is refused', async () => {
  const keyed = (every: string): Promise<unknown> =>
    client.callTool({
      name: 'job_schedule',
      arguments: { tool: 'echo', arguments: { text: 'later' }, every },
      _meta: { 'io.holdfast/idempotency-key': 'every day' },
    });
  const first = dataOf(await keyed('1 day'));
  expect(dataOf(await keyed('1 day'))).toEqual(first);
  expect(textOf(await keyed('2 days'))).toContain('was called with other arguments');
  await call('job_cancel', { job_id: first['schedule_id'] });
});

test('the runs of a schedule wait in line, and are told of, like the call would be', async () => {
  const answer = await client.callTool({
    name: 'job_schedule',
    arguments: { tool: 'echo', arguments: { text: 'later' }, every: '1 day' },
    _meta: { 'io.holdfast/callback': { url: 'https://hooks.example.com/done' } },
  });
  const id = String(dataOf(answer)['schedule_id']);
  const { action } = await temporal.schedule.getHandle(await nameOf(id)).describe();
  expect(action.priority).toMatchObject({ fairnessKey: 'local', fairnessWeight: 2 });
  expect(action.memo).toMatchObject({ holdfast: { callback: { url: 'https://hooks.example.com/done' } } });
  await call('job_cancel', { job_id: id });
});

test('a client that speaks tasks can schedule, too: what is put off is a task', async () => {
  const post = async (method: string, params = {}): Promise<Record<string, unknown>> =>
    (await modern(gateway.url, method, declaring({ tasks: true }, params))).message.result ?? {};
  const names = ((await post('tools/list'))['tools'] as { name: string }[]).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['job_schedule', 'job_list', 'job_cancel']));
  const put = { tool: 'start_errand', arguments: { ledger: newLedger().path, steps: [] }, run_at: inSeconds(86_400) };
  const { taskId } = await post('tools/call', { name: 'job_schedule', arguments: put });
  expect(await post('tasks/get', { taskId })).toMatchObject({
    status: 'working',
    statusMessage: expect.stringMatching(/^begins at /) as string,
    pollIntervalMs: 300_000,
  });
  await call('job_cancel', { job_id: taskId });
});

test('a call that is repeated is listed, runs as jobs of its own, and ends when told', async () => {
  const answer = await schedule({ every: '6 hours' });
  const id = String(dataOf(answer)['schedule_id']);
  expect(textOf(answer)).toContain(`job_cancel({"job_id":"${id}"}) ends it`);
  const { next_at } = await listed(({ schedules }) =>
    (schedules as { schedule_id: string; next_at: string }[] | undefined)?.find((known) => known.schedule_id === id),
  );
  expect(Date.parse(next_at) - Date.now()).toBeGreaterThan(5 * 3_600_000);

  await temporal.schedule.getHandle(await nameOf(id)).trigger();
  const { job_id } = await listed(({ jobs }) =>
    (jobs as { job_id: string }[]).find((known) => known.job_id.startsWith(id.replace('sched_', 'job_'))),
  );
  expect(dataOf(await call('job_wait', { job_ids: [job_id] }))).toEqual({ text: 'later' });

  expect(textOf(await call('job_cancel', { job_id: id }))).toContain('has ended');
  expect(textOf(await call('job_cancel', { job_id: id }))).toContain('You have no schedule');
});

test('what cannot be scheduled is refused in words', async () => {
  expect(textOf(await schedule({}))).toContain('Give either run_at');
  expect(textOf(await schedule({ run_at: inSeconds(-5) }))).toContain('in the future');
  expect(textOf(await schedule({ every: '10 seconds' }))).toContain('such as 30 minutes');
  expect(textOf(await schedule({ tool: 'nope', every: '1 day' }))).toContain('There is no tool nope');
  expect(textOf(await schedule({ arguments: {}, every: '1 day' }))).toContain('do not fit its schema');
});

test('where the operator does not allow it there is no such tool', async () => {
  const other = await connectV2(strict.url);
  expect((await other.listTools()).tools.map(({ name }) => name)).not.toContain('job_schedule');
  await other.close();
});
