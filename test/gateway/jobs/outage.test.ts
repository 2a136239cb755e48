/** What calls are told while Temporal cannot be reached, or does not answer: within seconds, and nothing that is not so. */
import type { Gateway } from '../../../gateway/gateway';
import { eventually } from '../../fixtures/eventually';
import { newLedger } from '../../fixtures/ledger';
import type { Ledger } from '../../fixtures/ledger';
import { declaring, modern } from '../../fixtures/raw';
import type { RawAnswer } from '../../fixtures/raw';
import { configFor, dataOf, freshKey, run, startTestGateway, startTestWorker, textOf } from '../../fixtures/stack';
import type { TestWorker } from '../../fixtures/stack';
import { startWire } from '../../fixtures/wire';
import type { Wire } from '../../fixtures/wire';

let wire: Wire;
let gateway: Gateway;
let worker: TestWorker;

beforeAll(async () => {
  [wire, worker] = await Promise.all([startWire(run().address), startTestWorker()]);
  gateway = await startTestGateway({ temporal: configFor(wire.address).temporal });
});
afterEach(mend);
afterAll(async () => {
  await Promise.all([gateway.stop(), worker.stop()]);
  wire.stop();
});

/** Mends the wire, and waits until the gateway has noticed. */
async function mend(): Promise<void> {
  await wire.mend();
  const call = { name: 'echo', arguments: { text: '' } };
  const answered = async (): Promise<boolean> => {
    const { result } = (await modern(gateway.url, 'tools/call', call)).message;
    return result !== undefined && result['isError'] !== true;
  };
  await eventually('a gateway that reaches Temporal again', answered);
}

/** Calls a tool that must not be done twice. */
const charge = (ledger: string, headers: Record<string, string> = {}): Promise<RawAnswer> =>
  modern(gateway.url, 'tools/call', { name: 'charge', arguments: { ledger, steps: ['once'] } }, headers);

/** Calls it, and cuts the connection once its job has begun, before the gateway has heard of that. */
async function cutOff(ledger: Ledger, headers?: Record<string, string>): Promise<RawAnswer> {
  wire.holdAnswersFrom(ledger.path);
  const answer = charge(ledger.path, headers);
  await ledger.written('begin once');
  wire.cut();
  return answer;
}

describe('with the connection cut after Temporal took the call, and refused from then on,', () => {
  test('a call without a key is told the id of its job, and not that it may come again', async () => {
    const ledger = newLedger();
    const { status, headers, message } = await cutOff(ledger);
    expect([status, headers.get('retry-after')]).toEqual([200, null]);
    const { error } = dataOf(message.result) as { error: { job_id: string } };
    expect(error).toMatchObject({ kind: 'unavailable', retryable: false, side_effect: 'unknown' });
    expect(textOf(message.result)).toContain(`ask job_wait({"job_ids":["${error.job_id}"]})`);

    await mend();
    const wait = { name: 'job_wait', arguments: { job_ids: [error.job_id] } };
    expect((await modern(gateway.url, 'tools/call', wait)).message.result).toMatchObject({
      structuredContent: { walked: ['once'] },
    });
  });

  test('a call with a key is told to come again with it, and then finds its job', async () => {
    const ledger = newLedger();
    const key = { 'idempotency-key': freshKey() };
    const { message } = await cutOff(ledger, key);
    expect(dataOf(message.result)).toMatchObject({ error: { retryable: true, side_effect: 'unknown' } });
    expect(textOf(message.result)).toContain('repeat it with the same idempotency key');

    await mend();
    expect((await charge(ledger.path, key)).message.result).toMatchObject({ structuredContent: { walked: ['once'] } });
    expect(ledger.lines()).toEqual(['begin once', 'end once']);
  });

  test('a call that comes after that was not sent, and is refused with 503', async () => {
    await cutOff(newLedger());
    const { status, headers, message } = await charge(newLedger().path);
    expect([status, headers.get('retry-after')]).toEqual([503, '2']);
    expect(message.error?.message).toContain('Nothing was done.');
  });
});

describe('with Temporal frozen,', () => {
  /** An answer comes within 5 s; a machine that runs other tests beside this one needs up to twice as long for 200 of them. */
  const SOON_MS = 15_000;

  test('200 calls at once have an answer each within 5 s, and those in line are told that nothing was sent', async () => {
    wire.freeze();
    const before = Date.now();
    const ledger = newLedger();
    const answers = await Promise.all(Array.from({ length: 200 }, () => charge(ledger.path)));
    expect(Date.now() - before).toBeLessThan(SOON_MS);
    // On a busy machine some come when the first have failed already.
    const [late, inLine] = [
      answers.filter(({ status }) => status === 503),
      answers.filter(({ status }) => status !== 503),
    ];
    for (const { message } of late) expect(message.error?.message).toContain('Nothing was done.');
    const errors = inLine.map(({ message }) => (dataOf(message.result) as { error: { retryable: boolean } }).error);
    expect(errors.filter(({ retryable }) => retryable).length + late.length).toBe(150);
    for (const error of errors)
      expect(error).toMatchObject(
        error.retryable ? { side_effect: 'none', retry_after_s: 2 } : { side_effect: 'unknown' },
      );
  });

  test('tasks/get is refused with 503 within 5 s, and told when to ask again', async () => {
    const params = declaring({ tasks: true }, { taskId: 'job_7k3m9q2x4v8ht5wz' });
    wire.freeze();
    const before = Date.now();
    const { status, headers, message } = await modern(gateway.url, 'tasks/get', params);
    expect(Date.now() - before).toBeLessThan(SOON_MS);
    expect([status, headers.get('retry-after')]).toEqual([503, '2']);
    expect(message.error).toMatchObject({ code: -32603, data: { retry_after_s: 2 } });
  });
});

test('1,000 equal calls with one key at once have one answer', async () => {
  const [ledger, key] = [newLedger(), { 'idempotency-key': freshKey() }];
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => charge(ledger.path, key)));
  expect(new Set(answers.map(({ message }) => JSON.stringify(message.result?.['structuredContent'])))).toEqual(
    new Set(['{"walked":["once"]}']),
  );
  expect(ledger.lines()).toEqual(['begin once', 'end once']);
});
