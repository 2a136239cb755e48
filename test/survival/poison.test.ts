/** Steps that end the worker that runs them. */
import { eventually } from '../fixtures/eventually';
import { newLedger } from '../fixtures/ledger';
import type { TemporalServer } from '../../cli/engine/server';
import { gatewayProcess, keptWorker, killAll, ownTemporal } from '../fixtures/processes';
import type { TestProcess } from '../fixtures/processes';
import { modern } from '../fixtures/raw';
import { dataOf, textOf } from '../fixtures/stack';
import type { Kept, Running } from '../../cli/dev/keep';

let temporal: TemporalServer;
let gateway: TestProcess;
let worker: Kept<Running>;

beforeAll(async () => {
  temporal = await ownTemporal();
  [gateway, worker] = await Promise.all([
    gatewayProcess(temporal.address, { HOLDFAST_PATIENCE: '60' }),
    keptWorker(temporal.address, { NODE_OPTIONS: `${process.env['NODE_OPTIONS']} --max-old-space-size=128` }),
  ]);
});
afterAll(async () => {
  await worker.stop();
  await killAll();
  await temporal.stop();
});

const take = (tool: 'walk' | 'charge', ledger: string, steps: string[]) =>
  modern(gateway.url, 'tools/call', { name: tool, arguments: { ledger, steps } });

test('a step that throws in a timer fails alone: its neighbour ends on the same worker, and is not repeated', async () => {
  const ledger = newLedger();
  const first = worker.now().pid;
  const neighbour = take('charge', ledger.path, ['gated']);
  await ledger.written('begin gated');
  const thrown = take('charge', ledger.path, ['stray']);
  expect((await thrown).message.result).toMatchObject({
    structuredContent: { error: { kind: 'outcome_unknown', retryable: false, side_effect: 'unknown' } },
  });
  ledger.open('gated');
  expect((await neighbour).message.result).toMatchObject({ structuredContent: { walked: ['gated'] } });
  expect(ledger.count('begin gated')).toBe(1);
  // The process is replaced all the same.
  await eventually('another worker', () => worker.now().pid !== first);
  expect((await take('walk', ledger.path, ['after'])).message.result).toMatchObject({
    structuredContent: { walked: ['after'] },
  });
});

test('a step that holds the event loop is named, and neither it nor its neighbour is taken for lost', async () => {
  const ledger = newLedger();
  const neighbour = take('charge', ledger.path, ['gated']);
  await ledger.written('begin gated');
  const job = take('walk', ledger.path, ['hold4.5']);
  await ledger.written('begin hold4.5');
  await eventually('a status that names the step', async () => {
    const { message } = await modern(gateway.url, 'tools/call', { name: 'job_list', arguments: { running: true } });
    const jobs = dataOf(message.result)['jobs'] as { job_id: string }[];
    const looks = jobs.map(({ job_id }) =>
      modern(gateway.url, 'tools/call', { name: 'job_result', arguments: { job_id } }),
    );
    const told = (await Promise.all(looks)).map(({ message: { result } }) => textOf(result));
    return told.length === 2 && told.every((text) => text.includes('step take holds the event loop'));
  });
  expect((await job).message.result).toMatchObject({ structuredContent: { walked: ['hold4.5'] } });
  ledger.open('gated');
  expect((await neighbour).message.result).toMatchObject({ structuredContent: { walked: ['gated'] } });
  expect(ledger.lines().filter((line) => line.startsWith('begin'))).toEqual(['begin gated', 'begin hold4.5']);
});

test('a worker whose event loop is held for good ends, and another takes its work', async () => {
  const ledger = newLedger();
  const first = worker.now().pid;
  const held = take('charge', ledger.path, ['hold600']);
  await ledger.written('begin hold600');
  expect((await take('walk', ledger.path, ['after'])).message.result).toMatchObject({
    structuredContent: { walked: ['after'] },
  });
  expect(worker.now().pid).not.toBe(first);
  expect((await held).message.result).toMatchObject({ structuredContent: { error: { kind: 'outcome_unknown' } } });
  expect(ledger.count('begin hold600')).toBe(1);
});

test.each([
  ['throws in a timer', 'stray'],
  ['ends its process', 'lethal'],
  ['fills the heap', 'hoard'],
])('a step that %s is tried three times, and is then broken for good', async (_what, name) => {
  const ledger = newLedger();
  const { message } = await take('walk', ledger.path, [name]);
  expect(message.result).toMatchObject({
    isError: true,
    structuredContent: { status: 'failed', error: { kind: 'broken', retryable: false, side_effect: 'unknown' } },
  });
  expect(textOf(message.result)).toContain('3 workers in a row');
  expect(ledger.count(`begin ${name}`)).toBe(3);
});
