/** Finds the `temporal` binary, in this order: given, installed, cached, downloaded, built. Says which one it took. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EngineConfig } from '../config';
import type { Say } from '../say';
import { buildCli } from './build';
import { CLI_VERSION, cachedCli } from './cache';
import { downloadCli } from './download';

const exec = promisify(execFile);

/**
 * Finds the Temporal CLI. Downloads it, or else builds it, when there is none.
 *
 * @returns its path
 * @throws Error with one sentence that says what to do
 */
export async function findTemporalCli(config: EngineConfig, say: Say): Promise<string> {
  if (config.cliPath !== undefined) {
    if (!(await works(config.cliPath)))
      throw new Error(
        `TEMPORAL_CLI_PATH is ${config.cliPath}, which does not run. Set it to a Temporal CLI, or unset it.`,
      );
    say(`Temporal: ${config.cliPath} (TEMPORAL_CLI_PATH)`);
    return config.cliPath;
  }
  for (const installed of config.path
    .map((folder) => join(folder, process.platform === 'win32' ? 'temporal.exe' : 'temporal'))
    .filter(existsSync)) {
    if (!(await works(installed))) continue;
    say(`Temporal: ${installed} (on PATH)`);
    return installed;
  }
  const cached = cachedCli(config.cacheDir);
  if (!existsSync(cached)) await fetchOrBuild(config, cached, say);
  say(`Temporal: CLI ${CLI_VERSION} from ${cached}`);
  return cached;
}

async function fetchOrBuild({ cacheDir, path }: EngineConfig, target: string, say: Say): Promise<void> {
  if (await downloadCli(cacheDir, target, say)) return;
  if (!path.some((folder) => existsSync(join(folder, process.platform === 'win32' ? 'go.exe' : 'go')))) {
    throw new Error(
      'No Temporal was found, none could be downloaded, and there is no Go to build one. Do one of these: install the Temporal CLI (https://docs.temporal.io/cli), install Go 1.26 (https://go.dev/dl), set TEMPORAL_CLI_PATH to a binary, or TEMPORAL_ADDRESS to a server that runs.',
    );
  }
  await buildCli(cacheDir, target, say);
}

async function works(path: string): Promise<boolean> {
  return exec(path, ['--version'], { timeout: 10_000 }).then(
    ({ stdout }) => stdout.includes('temporal'),
    () => false,
  );
}
