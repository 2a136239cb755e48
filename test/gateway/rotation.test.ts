/** A change of the gateway's secret: what was given out under the old one still holds, and a key still means its job. */
import type { Gateway } from '../../gateway/gateway';
import { eventually } from '../fixtures/eventually';
import { newLedger } from '../fixtures/ledger';
import { legacySession, modern } from '../fixtures/raw';
import { dataOf, freshKey, newTenant, startTestGateway, startTestWorker, textOf } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';

const [OLD, NEW] = ['the old secret of the tests, 32 characters', 'the new secret of the tests, 32 characters'];
const { keys, headers } = newTenant();

let before: Gateway;
let after: Gateway;
let worker: TestWorker;

beforeAll(async () => {
  [before, after, worker] = await Promise.all([
    startTestGateway({ keys, secret: OLD }),
    startTestGateway({ keys, secret: NEW, previousSecret: OLD }),
    startTestWorker(),
  ]);
});
afterAll(() => Promise.all([before.stop(), after.stop(), worker.stop()]));

const call = async (
  { url }: Gateway,
  name: string,
  args: Record<string, unknown>,
  more: Record<string, string> = {},
): Promise<Record<string, unknown>> =>
  (await modern(url, 'tools/call', { name, arguments: args }, { ...headers, ...more })).message.result ?? {};

const jobOf = (result: Record<string, unknown>): unknown => dataOf(result)['job_id'];

test('a handle of the old secret is waited for, read, listed and cancelled under the new one', async () => {
  const [read, cancelled] = [newLedger(), newLedger()];
  const [first, second] = await Promise.all(
    [read, cancelled].map(async ({ path }) => {
      const walk = { ledger: path, steps: ['gated'] };
      return jobOf(await call(before, 'walk', walk, { 'holdfast-patience': '0.5' }));
    }),
  );
  await Promise.all([read.written('begin gated'), cancelled.written('begin gated')]);

  await eventually('both jobs in the list', async () => {
    const text = textOf(await call(after, 'job_list', { limit: 10 }));
    return text.includes(String(first)) && text.includes(String(second));
  });
  expect(dataOf(await call(after, 'job_cancel', { job_id: second }))).toMatchObject({ status: 'cancelled' });
  const waiting = call(after, 'job_wait', { job_ids: [first] });
  read.open('gated');
  expect(dataOf(await waiting)).toMatchObject({ walked: ['gated'] });
  expect(dataOf(await call(after, 'job_result', { job_id: first }))).toMatchObject({ job_id: first, status: 'done' });
});

test('a keyed call joins the job that it began under the old secret, and another one begins its own', async () => {
  const [ledger, key] = [newLedger(), { 'idempotency-key': freshKey() }];
  const args = { ledger: ledger.path, steps: ['once'] };
  await call(before, 'charge', args, key);
  const again = await call(after, 'charge', args, key);
  expect(again).toMatchObject({ _meta: { 'io.holdfast/replayed': true }, structuredContent: { walked: ['once'] } });
  expect(ledger.lines()).toEqual(['begin once', 'end once']);
  expect(textOf(await call(after, 'charge', { ...args, steps: ['other'] }, key))).toContain('idempotency key');

  const fresh = { 'idempotency-key': freshKey() };
  const [one, other] = [await call(after, 'charge', args, fresh), await call(after, 'charge', args, fresh)];
  expect(one['_meta']).toMatchObject({ 'io.holdfast/job': (other['_meta'] as object)['io.holdfast/job' as never] });
});

test('a job of the new secret is found by a gateway that still signs with the old one, if it knows both', async () => {
  const halfWay = await startTestGateway({ keys, secret: OLD, previousSecret: NEW });
  const key = { 'idempotency-key': freshKey() };
  const args = { ledger: newLedger().path, steps: ['once'] };
  await call(after, 'charge', args, key);
  expect(await call(halfWay, 'charge', args, key)).toMatchObject({ _meta: { 'io.holdfast/replayed': true } });
  await halfWay.stop();
});

test('a session of the old secret goes on', async () => {
  const { request } = await legacySession(before.url, {}, undefined, undefined, headers);
  expect((await request(after.url, 'tools/list')).status).toBe(200);
});

test('a schedule of the old secret is listed, joined by its key, and ended', async () => {
  const key = { 'idempotency-key': freshKey() };
  const args = { tool: 'echo', arguments: { text: 'daily' }, every: '1 day' };
  const schedule = dataOf(await call(before, 'job_schedule', args, key))['schedule_id'];
  expect(dataOf(await call(after, 'job_schedule', args, key))).toMatchObject({ schedule_id: schedule });
  await eventually('the schedule in the list', async () =>
    textOf(await call(after, 'job_list', { limit: 10 })).includes(String(schedule)),
  );
  expect(textOf(await call(after, 'job_cancel', { job_id: schedule }))).toContain('has ended');
});
