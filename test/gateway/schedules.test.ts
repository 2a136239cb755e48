/** Calls that are put off or repeated, where the operator allows it. */
import type { Client } from '@modelcontextprotocol/client';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import type { Gateway } from '../../gateway/gateway';
import { newLedger } from '../fixtures/ledger';
import { connectV2, dataOf, run, startTestGateway, startTestWorker, textOf } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';

let worker: TestWorker;
let gateway: Gateway;
let strict: Gateway;
let client: Client;
let connection: Connection;
let temporal: TemporalClient;

beforeAll(async () => {
  [worker, gateway, strict, connection] = await Promise.all([
    startTestWorker(),
    startTestGateway(),
    startTestGateway({ schedules: false }),
    Connection.connect({ address: run().address }),
  ]);
  temporal = new TemporalClient({ connection });
  client = await connectV2(gateway.url);
});
afterAll(async () => {
  await client.close();
  await Promise.all([worker.stop(), gateway.stop(), strict.stop(), connection.close()]);
});

const call = (name: string, args: Record<string, unknown>): Promise<unknown> =>
  client.callTool({ name, arguments: args });
const schedule = (args: Record<string, unknown>): Promise<unknown> =>
  call('job_schedule', { tool: 'echo', arguments: { text: 'later' }, ...args });
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

/** Asks until the list holds what is looked for: it is eventually consistent. */
async function listed<T>(find: (answer: Record<string, unknown>) => T | undefined): Promise<T> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    const found = find(dataOf(await call('job_list', { limit: 50 })));
    if (found !== undefined) return found;
  }
  throw new Error('It was never listed.');
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

test('a call that is put off can be cancelled before it begins, and then takes no step', async () => {
  const ledger = newLedger();
  const args = { ledger: ledger.path, steps: ['one'] };
  const { job_id } = dataOf(await schedule({ tool: 'walk', arguments: args, run_at: inSeconds(3_600) }));
  expect(textOf(await call('job_cancel', { job_id }))).toContain('is now cancelled');
  expect(ledger.lines()).toEqual([]);
});

test('a call that is repeated is listed, runs as jobs of its own, and ends when told', async () => {
  const answer = await schedule({ every: '6 hours' });
  const id = String(dataOf(answer)['schedule_id']);
  expect(textOf(answer)).toContain(`job_cancel({"job_id":"${id}"}) ends it`);
  const { next_at } = await listed(({ schedules }) =>
    (schedules as { schedule_id: string; next_at: string }[] | undefined)?.find((known) => known.schedule_id === id),
  );
  expect(Date.parse(next_at) - Date.now()).toBeGreaterThan(5 * 3_600_000);

  for await (const { scheduleId } of temporal.schedule.list())
    if (scheduleId.endsWith(id)) await temporal.schedule.getHandle(scheduleId).trigger();
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
