import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devConfig } from '../../cli/config';
import { findTemporalCli } from '../../cli/engine/find';
import { startTemporal } from '../../cli/engine/server';
import { newLedger } from '../fixtures/ledger';
import { gatewayProcess, killAll, workerProcess } from '../fixtures/processes';
import { modern } from '../fixtures/raw';

const silent = (): void => undefined;

afterEach(killAll);

test('Temporal killed and restarted on its database file loses no job and redoes no finished step', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-restart-'));
  const cli = await findTemporalCli(devConfig(process.env).engine, silent);
  const before = await startTemporal({ cli, dataDir });
  const [gateway] = await Promise.all([
    gatewayProcess(before.address, { HOLDFAST_PATIENCE: '60' }),
    workerProcess(before.address),
  ]);

  const ledgers = Array.from({ length: 5 }, newLedger);
  const steps = ['first', 'gated', 'last'];
  const calls = ledgers.map(({ path }) =>
    modern(gateway.url, 'tools/call', { name: 'walk', arguments: { ledger: path, steps } }),
  );
  await Promise.all(ledgers.map((ledger) => ledger.written('begin gated')));
  await before.kill();
  const after = await startTemporal({ cli, dataDir, port: Number(before.address.split(':')[1]) });
  for (const ledger of ledgers) ledger.open('gated');

  for (const { message } of await Promise.all(calls))
    expect(message.result).toMatchObject({ structuredContent: { walked: steps } });
  for (const ledger of ledgers) {
    expect(ledger.count('begin first')).toBe(1);
    expect(ledger.count('end last')).toBe(1);
  }
  await killAll();
  await after.stop();
});
