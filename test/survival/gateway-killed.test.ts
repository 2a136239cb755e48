import { newLedger } from '../fixtures/ledger';
import type { TemporalServer } from '../../cli/engine/server';
import { gatewayProcess, killAll, ownTemporal, workerProcess } from '../fixtures/processes';
import { modern } from '../fixtures/raw';
import { freshKey } from '../fixtures/stack';

let temporal: TemporalServer;
let address: string;

beforeAll(async () => {
  temporal = await ownTemporal();
  address = temporal.address;
});
afterEach(killAll);
afterAll(() => temporal.stop());

test('a handle outlives the gateway that gave it', async () => {
  const ledger = newLedger();
  const [first, second] = await Promise.all([
    gatewayProcess(address, { HOLDFAST_PATIENCE: '0.3' }),
    gatewayProcess(address),
    workerProcess(address),
  ]);
  const { message } = await modern(first.url, 'tools/call', {
    name: 'walk',
    arguments: { ledger: ledger.path, steps: ['gated'] },
  });
  const { job_id } = message.result?.['structuredContent'] as { job_id: string };
  await first.kill();
  ledger.open('gated');
  const answer = await modern(second.url, 'tools/call', { name: 'job_wait', arguments: { job_ids: [job_id] } });
  expect(answer.message.result).toMatchObject({ structuredContent: { walked: ['gated'] } });
});

test('a call whose gateway is killed in mid-wait is found again with its key, and runs once', async () => {
  const [ledger, key] = [newLedger(), freshKey()];
  const [first, second] = await Promise.all([gatewayProcess(address), gatewayProcess(address), workerProcess(address)]);
  const params = { name: 'charge', arguments: { ledger: ledger.path, steps: ['gated'] } };
  const lost = modern(first.url, 'tools/call', params, { 'idempotency-key': key });
  const failed = expect(lost).rejects.toThrow();
  await ledger.written('begin gated');
  await first.kill();
  await failed;
  const again = modern(second.url, 'tools/call', params, { 'idempotency-key': key });
  ledger.open('gated');
  expect((await again).message.result).toMatchObject({ structuredContent: { walked: ['gated'] } });
  expect(ledger.lines()).toEqual(['begin gated', 'end gated']);
});

test('a gateway that is told to stop exits with code 0', async () => {
  const gateway = await gatewayProcess(address);
  expect(await gateway.stop()).toBe(0);
});
