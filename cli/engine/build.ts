/** Builds the Temporal CLI from its pinned Go module. That needs only a Go toolchain and a module proxy. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { lock } from 'proper-lockfile';
import { packageRoot } from '../root';
import type { Say } from '../say';
import { CLI_VERSION } from './cache';

const exec = promisify(execFile);

const COMMAND = 'github.com/temporalio/cli/cmd/temporal';
const SAY_EVERY_MS = 15_000;

/**
 * Builds the CLI into `target`. When two builds run at once, the second waits for the first. `target` never holds an unfinished file.
 *
 * @throws Error with the end of the compiler's output when the build fails
 */
export async function buildCli(cacheDir: string, target: string, say: Say): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const release = await lockOn(target, say);
  try {
    if (existsSync(target)) return; // another process built it while this one waited
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

/** Waits until no other process builds `target`. Returns the function that lets the next one build. */
async function lockOn(target: string, say: Say): Promise<() => Promise<void>> {
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
  process.once('exit', stopGo); // when the start is interrupted, the compiler must not go on
  const lines: string[] = [];
  // -v names each package that is compiled, but not those that Go has compiled before.
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
