/** A worker that is frozen, and goes on when everybody has gone on without it. */
import type { TemporalServer } from '../../cli/engine/server';
import { newLedger } from '../fixtures/ledger';
import { gatewayProcess, killAll, ownTemporal, workerProcess } from '../fixtures/processes';
import { modern } from '../fixtures/raw';

let temporal: TemporalServer;

beforeAll(async () => {
  temporal = await ownTemporal();
});
afterEach(killAll);
afterAll(() => temporal.stop());

test('begins none of the steps that it was handed and that others have done', async () => {
  const ledger = newLedger();
  const [gateway, frozen] = await Promise.all([
    gatewayProcess(temporal.address, { HOLDFAST_PATIENCE: '60' }),
    workerProcess(temporal.address),
  ]);
  const take = async (name: string) => {
    const call = { name: 'walk', arguments: { ledger: ledger.path, steps: [name] } };
    return (await modern(gateway.url, 'tools/call', call)).message.result;
  };
  await take('before'); // so that it polls
  process.kill(frozen.pid, 'SIGSTOP');
  const other = await workerProcess(temporal.address);
  const names = Array.from({ length: 12 }, (_, n) => `n${n}`);
  const ended = await Promise.all(names.map(take));
  expect(ended).toEqual(
    names.map((name) => expect.objectContaining({ structuredContent: { walked: [name] } }) as unknown),
  );

  process.kill(frozen.pid, 'SIGCONT');
  await other.stop();
  await take('after');
  expect(
    ledger
      .lines()
      .filter((line) => line.startsWith('begin'))
      .sort(),
  ).toEqual(['after', 'before', ...names].map((name) => `begin ${name}`).sort());
});
