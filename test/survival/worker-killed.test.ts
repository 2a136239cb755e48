import { newLedger } from '../fixtures/ledger';
import type { TemporalServer } from '../../cli/engine/server';
import { gatewayProcess, killAll, ownTemporal, workerProcess } from '../fixtures/processes';
import type { TestProcess } from '../fixtures/processes';
import { modern } from '../fixtures/raw';
import { textOf } from '../fixtures/stack';

let temporal: TemporalServer;
let address: string;
let gateway: TestProcess;
/** What one test leaves, the next one begins with. */
let worker: TestProcess;

beforeAll(async () => {
  temporal = await ownTemporal();
  address = temporal.address;
  [gateway, worker] = await Promise.all([gatewayProcess(address), workerProcess(address)]);
});
afterAll(async () => {
  await killAll();
  await temporal.stop();
});

test('a worker killed in mid-step costs that step, not the ones before it', async () => {
  const ledger = newLedger();
  const call = modern(gateway.url, 'tools/call', {
    name: 'walk',
    arguments: { ledger: ledger.path, steps: ['first', 'gated', 'last'] },
  });
  await ledger.written('begin gated');
  await worker.kill();
  worker = await workerProcess(address);
  await ledger.written('begin gated', 2);
  ledger.open('gated');

  expect((await call).message.result).toMatchObject({ structuredContent: { walked: ['first', 'gated', 'last'] } });
  expect(ledger.lines()).toEqual([
    'begin first',
    'end first',
    'begin gated',
    'begin gated',
    'end gated',
    'begin last',
    'end last',
  ]);
});

test('a step of a tool that is not idempotent is never begun twice, and the answer says that its outcome is unknown', async () => {
  const ledger = newLedger();
  const call = modern(gateway.url, 'tools/call', {
    name: 'charge',
    arguments: { ledger: ledger.path, steps: ['gated', 'after'] },
  });
  await ledger.written('begin gated');
  await worker.kill();
  worker = await workerProcess(address);

  const { message } = await call;
  expect(message.result).toMatchObject({
    isError: true,
    structuredContent: {
      status: 'failed',
      error: { kind: 'outcome_unknown', retryable: false, side_effect: 'unknown' },
    },
  });
  expect(textOf(message.result)).toContain('Whether the step took effect is unknown');
  expect(ledger.lines()).toEqual(['begin gated']);
});

test('with every worker down a job still tells its state, and why it does not go on', async () => {
  const ledger = newLedger();
  await worker.kill();
  const params = { name: 'walk', arguments: { ledger: ledger.path, steps: ['only'] } };
  const { message } = await modern(gateway.url, 'tools/call', params, { 'holdfast-patience': '6' });
  expect(textOf(message.result)).toContain('no worker has taken its next step yet');

  const { job_id } = message.result?.['structuredContent'] as { job_id: string };
  const wait = modern(gateway.url, 'tools/call', { name: 'job_wait', arguments: { job_ids: [job_id], timeout_s: 30 } });
  worker = await workerProcess(address);
  expect((await wait).message.result).toMatchObject({ structuredContent: { walked: ['only'] } });
});

test('a worker that is told to stop finishes its step first', async () => {
  const ledger = newLedger();
  const call = modern(gateway.url, 'tools/call', {
    name: 'charge',
    arguments: { ledger: ledger.path, steps: ['gated', 'after'] },
  });
  await ledger.written('begin gated');
  const stopped = worker.stop();
  worker = await workerProcess(address);
  ledger.open('gated');
  expect(await stopped).toBe(0);
  expect((await call).message.result).toMatchObject({ structuredContent: { walked: ['gated', 'after'] } });
  expect(ledger.count('begin gated')).toBe(1);
});
