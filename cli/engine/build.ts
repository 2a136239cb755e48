/** The Temporal CLI built from its pinned Go module: the way that needs nothing but a Go toolchain and its module proxy. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { lock } from 'proper-lockfile';
import { packageRoot } from '../root';
import type { Say } from './find';

const exec = promisify(execFile);

/** The version that cli/temporal-cli/go.mod pins. */
export const CLI_VERSION = '1.8.2';
const COMMAND = 'github.com/temporalio/cli/cmd/temporal';
const SAY_EVERY_MS = 15_000;

/** Where the project keeps its own CLI: one file for each version. */
export function cachedCli(cacheDir: string): string {
  return join(cacheDir, `temporal-${CLI_VERSION}${process.platform === 'win32' ? '.exe' : ''}`);
}

/**
 * Builds the CLI into `target`. Two builds at once wait for each other; a half-finished file is never at `target`.
 *
 * @throws Error with the end of the compiler's output when the build fails
 */
export async function buildCli(cacheDir: string, target: string, say: Say): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const release = await taken(target, say);
  try {
    if (existsSync(target)) return; // someone else built it while we waited
    say(`Temporal: building CLI ${CLI_VERSION} with Go, once for this machine. It takes 4 to 8 minutes on 2 cores…`);
    const unfinished = `${target}.${process.pid}`;
    try {
      await compile(unfinished, say);
      await rename(unfinished, target);
    } finally {
      await rm(unfinished, { force: true });
    }
  } finally {
    await release();
  }
}

async function taken(target: string, say: Say): Promise<() => Promise<void>> {
  const options = { realpath: false, stale: 30_000, update: 5_000 };
  try {
    return await lock(target, options);
  } catch {
    say('Temporal: waiting for another process that builds it…');
    return lock(target, { ...options, retries: { forever: true, minTimeout: 1_000, maxTimeout: 1_000 } });
  }
}

async function compile(output: string, say: Say): Promise<void> {
  const cwd = join(packageRoot(), 'cli', 'temporal-cli');
  const env = { ...process.env, CGO_ENABLED: '0' };
  say('Temporal: fetching Go modules…');
  const { stdout } = await exec('go', ['list', '-deps', COMMAND], { cwd, env, maxBuffer: 16 * 1024 * 1024 }).catch(
    (error: unknown) => {
      const said = error instanceof Error ? tailOf(error.message) : '';
      throw new Error(`Go could not fetch the modules of the Temporal CLI. Is a Go module proxy reachable?\n${said}`);
    },
  );
  const total = stdout.split('\n').length;
  const flags = `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${CLI_VERSION}`;
  const go = spawn('go', ['build', '-v', '-trimpath', '-ldflags', flags, '-o', output, COMMAND], {
    cwd,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stopGo = (): void => void go.kill();
  process.once('exit', stopGo); // a start that is given up must not go on compiling
  const lines: string[] = [];
  // -v names each package as it is compiled; those that Go still has from before are not named.
  const progress = setInterval(
    () => say(`Temporal: compiled ${lines.length} of at most ${total} packages…`),
    SAY_EVERY_MS,
  );
  createInterface(go.stderr).on('line', (line) => lines.push(line));
  try {
    const code = await new Promise<number | null>((resolve, reject) => go.once('error', reject).once('close', resolve));
    if (code !== 0)
      throw new Error(
        `Building the Temporal CLI failed. Go 1.26 or newer is needed. Go said:\n${tailOf(lines.join('\n'))}`,
      );
  } finally {
    process.off('exit', stopGo);
    clearInterval(progress);
  }
}

const tailOf = (text: string): string => text.trim().split('\n').slice(-5).join('\n');
