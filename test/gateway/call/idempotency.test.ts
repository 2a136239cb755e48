import type { Gateway } from '../../../gateway/gateway';
import { newLedger } from '../../fixtures/ledger';
import { modern } from '../../fixtures/raw';
import { freshKey, startTestGateway, startTestWorker, textOf } from '../../fixtures/stack';
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
  expect(ledger.count('begin once')).toBe(1);
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
