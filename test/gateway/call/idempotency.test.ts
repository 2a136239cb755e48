import type { Gateway } from '../../../gateway/gateway';
import { newLedger } from '../../fixtures/ledger';
import { modern } from '../../fixtures/raw';
import { dataOf, freshKey, startTestGateway, startTestWorker, textOf } from '../../fixtures/stack';
import type { TestWorker } from '../../fixtures/stack';

let gateways: Gateway[];
let worker: TestWorker;

beforeAll(async () => {
  [gateways, worker] = await Promise.all([Promise.all([startTestGateway(), startTestGateway()]), startTestWorker()]);
});
afterAll(async () => {
  await Promise.all([...gateways.map((gateway) => gateway.stop()), worker.stop()]);
});

const charge = async (
  gateway: number,
  ledger: string,
  key: string,
  steps = ['once'],
): Promise<Record<string, unknown>> => {
  const url = gateways[gateway % gateways.length]?.url ?? '';
  const { message } = await modern(
    url,
    'tools/call',
    { name: 'charge', arguments: { ledger, steps } },
    { 'idempotency-key': key },
  );
  return message.result ?? {};
};
const jobOf = (result: Record<string, unknown>): unknown =>
  (result['_meta'] as Record<string, unknown>)['io.holdfast/job'];

const replayed = (result: Record<string, unknown>): unknown =>
  (result['_meta'] as Record<string, unknown>)['io.holdfast/replayed'];

test('the same keyed call sent 50 times at once through two gateways is one job', async () => {
  const [ledger, key] = [newLedger(), freshKey()];
  const results = await Promise.all(Array.from({ length: 50 }, (_, n) => charge(n, ledger.path, key)));
  expect(new Set(results.map(jobOf)).size).toBe(1);
  expect(ledger.lines()).toEqual(['begin once', 'end once']);
});

test('a key whose job has ended brings the stored result', async () => {
  const [ledger, key] = [newLedger(), freshKey()];
  const first = await charge(0, ledger.path, key);
  const second = await charge(1, ledger.path, key);
  expect(second['structuredContent']).toEqual(first['structuredContent']);
  expect([first, second].map(replayed)).toEqual([undefined, true]);
  expect(ledger.count('begin once')).toBe(1);
});

describe('a key whose job failed', () => {
  const call = async (gateway: number, name: string, args: object, key: string): Promise<Record<string, unknown>> => {
    const headers = { 'idempotency-key': key };
    const { message } = await modern(gateways[gateway]?.url ?? '', 'tools/call', { name, arguments: args }, headers);
    return message.result ?? {};
  };

  test('without effect, for a cause that may pass, starts one new job, however many repeat the call', async () => {
    const [ledger, key] = [newLedger(), freshKey()];
    const knock = (gateway: number) => call(gateway, 'knock', { ledger: ledger.path }, key);
    const first = await knock(0);
    expect(dataOf(first)).toMatchObject({ error: { retryable: true, side_effect: 'none', idempotency_key: 'same' } });
    expect(textOf(first)).toContain('with the same idempotency key.');

    ledger.open('open');
    const repeats = await Promise.all([0, 1, 0, 1].map(knock));
    const jobs = new Set(repeats.map(jobOf));
    expect([jobs.size, jobs.has(jobOf(first))]).toEqual([1, false]);
    expect(repeats.map(({ isError }) => isError)).toEqual(repeats.map(() => undefined));
    expect(ledger.count('attempt')).toBe(2);
    expect(jobOf(await knock(1))).toBe(jobOf(repeats[0] ?? {}));

    const read = { name: 'job_result', arguments: { job_id: jobOf(first) } };
    const { message } = await modern(gateways[0]?.url ?? '', 'tools/call', read);
    expect(dataOf(message.result)).toMatchObject({ status: 'failed', job_id: jobOf(first) });
  });

  test('in any other way brings that failure again, says so, and asks for a new key', async () => {
    const [ledger, key] = [newLedger(), freshKey()];
    const fail = () => call(0, 'charge', { ledger: ledger.path, steps: ['once'], fail: 'once' }, key);
    const [first, second] = [await fail(), await fail()];
    expect(textOf(first)).toMatch(/^Job .* use a new idempotency key\.$/);
    expect(textOf(second)).toBe(
      `This was the answer to an earlier call with the same idempotency key. ${textOf(first)}`,
    );
    expect(dataOf(second)).toMatchObject({ job_id: jobOf(first), error: { retryable: false, idempotency_key: 'new' } });
    expect([first, second].map(replayed)).toEqual([undefined, true]);
    expect(ledger.count('begin once')).toBe(1);
  });
});

test('a key that was used with other arguments is refused', async () => {
  const [ledger, key] = [newLedger(), freshKey()];
  await charge(0, ledger.path, key);
  const second = await charge(1, ledger.path, key, ['other']);
  expect(second['isError']).toBe(true);
  expect(textOf(second)).toContain('other arguments');
  expect(ledger.count('begin other')).toBe(0);
});

test('the key may come in _meta as well', async () => {
  const [ledger, key] = [newLedger(), freshKey()];
  const first = await charge(0, ledger.path, key);
  const { message } = await modern(gateways[1]?.url ?? '', 'tools/call', {
    name: 'charge',
    arguments: { ledger: ledger.path, steps: ['once'] },
    _meta: { 'io.holdfast/idempotency-key': key },
  });
  expect(jobOf(message.result ?? {})).toBe(jobOf(first));
});

test('without a key every call is a job of its own', async () => {
  const ledger = newLedger();
  const call = (): Promise<unknown> =>
    modern(gateways[0]?.url ?? '', 'tools/call', {
      name: 'charge',
      arguments: { ledger: ledger.path, steps: ['once'] },
    });
  await Promise.all([call(), call()]);
  expect(ledger.count('begin once')).toBe(2);
});

test('a key that is too long is a protocol error', async () => {
  const { message } = await modern(
    gateways[0]?.url ?? '',
    'tools/call',
    { name: 'echo', arguments: { text: '' } },
    { 'idempotency-key': 'k'.repeat(256) },
  );
  expect(message.error).toMatchObject({ code: -32602 });
});
