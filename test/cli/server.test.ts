/** Starting a Temporal whose ports others may take. */
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devConfig } from '../../cli/config';
import { findTemporalCli } from '../../cli/engine/find';
import { startTemporal } from '../../cli/engine/server';

/** A Temporal CLI that finds its port taken, and says so, as often as `times`; then it is the real one. */
async function unlucky(
  times: number,
): Promise<{ readonly cli: string; readonly dataDir: string; starts: () => number }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-ports-'));
  const [cli, counter] = [join(dataDir, 'cli.sh'), join(dataDir, 'starts')];
  const real = await findTemporalCli(devConfig(process.env).engine, () => undefined);
  writeFileSync(
    cli,
    `#!/bin/sh
echo x >> '${counter}'
if [ "$(wc -l < '${counter}')" -le ${times} ]; then echo 'listen tcp 127.0.0.1:1: bind: address already in use'; exit 1; fi
exec '${real}' "$@"
`,
  );
  chmodSync(cli, 0o755);
  return { cli, dataDir, starts: () => readFileSync(counter, 'utf8').trim().split('\n').length };
}

test('a port that somebody took in the meantime is no reason to give up', async () => {
  const { cli, dataDir, starts } = await unlucky(1);
  const temporal = await startTemporal({ cli, dataDir });
  await temporal.stop();
  expect(starts()).toBe(2);
});

test('whoever is never lucky hears why', async () => {
  const { cli, dataDir, starts } = await unlucky(9);
  await expect(startTemporal({ cli, dataDir })).rejects.toThrow(/did not start.*address already in use/s);
  expect(starts()).toBe(3);
});
