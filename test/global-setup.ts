/** Brings what every test needs: one Temporal dev server for the run, and the bundle of the test workflows. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devConfig } from '../cli/config';
import { findTemporalCli } from '../cli/engine/find';
import { startTemporal } from '../cli/engine/server';
import type { TemporalServer } from '../cli/engine/server';
import { bundleOf } from './fixtures/bundle';
import { installPrograms } from './fixtures/judges';

declare global {
  var holdfastTestServer: TemporalServer | undefined;
}

export default async function setup(): Promise<void> {
  const options = process.env['NODE_OPTIONS'] ?? '';
  process.env['NODE_OPTIONS'] = `${options} --require=${JSON.stringify(join(__dirname, 'compile-less.js'))}`;
  installPrograms('judges');
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  process.env['HOLDFAST_TEST_DIR'] = dataDir;
  process.env['HOLDFAST_TEST_BUNDLE'] = await bundleOf(join(__dirname, 'fixtures', 'workflows'));

  const cli = await findTemporalCli(devConfig(process.env).engine, (line) => console.error(line));
  globalThis.holdfastTestServer = await startTemporal({ cli, dataDir });
  process.env['HOLDFAST_TEST_ADDRESS'] = globalThis.holdfastTestServer.address;
}
