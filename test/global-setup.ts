/** Brings what every test needs: one Temporal dev server for the run, and the bundle of the test workflows. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import { devConfig } from '../cli/config';
import { findTemporalCli } from '../cli/engine/find';
import { startTemporal } from '../cli/engine/server';
import type { TemporalServer } from '../cli/engine/server';
import { installPrograms } from './fixtures/judges';

declare global {
  var holdfastTestServer: TemporalServer | undefined;
}

export default async function setup(): Promise<void> {
  installPrograms('judges');
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  const workflowsPath = join(__dirname, 'fixtures', 'workflows');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  process.env['HOLDFAST_TEST_BUNDLE'] = join(dataDir, 'workflows.bundle.js');
  await writeFile(process.env['HOLDFAST_TEST_BUNDLE'], code);

  const cli = await findTemporalCli(devConfig(process.env).engine, (line) => console.error(line));
  globalThis.holdfastTestServer = await startTemporal({ cli, dataDir });
  process.env['HOLDFAST_TEST_ADDRESS'] = globalThis.holdfastTestServer.address;
}
