/** A gateway or a worker as a child process: ready when it says so, its log in a file, gone when its parent is. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../root';
import type { Running } from './keep';

/** A worker lets its steps finish for 27 s at most. */
const STOP_MS = 30_000;
const LOG_MAX_BYTES = 10 * 1024 * 1024;

export interface Child extends Running {
  /** The MCP endpoint, of a gateway. */
  readonly url: string;
}

const Ready = z.object({ ready: z.literal(true), url: z.string().default('') });

/**
 * Starts the main of `kind` and waits until it is ready. `n` tells its log from those of others.
 *
 * @throws Error with what it said last when it ends before
 */
export async function startChild(
  kind: 'gateway' | 'worker',
  n: number,
  env: Readonly<Record<string, string>>,
  dataDir: string,
): Promise<Child> {
  const log = join(dataDir, `${kind}-${n}.log`);
  if (sizeOf(log) > LOG_MAX_BYTES) rmSync(log);
  const before = sizeOf(log); // what earlier ones said
  const output = openSync(log, 'a');
  // A group of its own: Ctrl-C at the terminal reaches the supervisor alone, which stops things in order.
  const child = fork(join(packageRoot(), 'dist', kind, 'main.js'), [], {
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output, 'ipc'],
    detached: true,
  });
  closeSync(output);
  const exited = once(child, 'exit');
  const early = exited.then((): never => {
    const said = readFileSync(log).subarray(before).toString();
    throw new Error(lastSentence(said) ?? `It ended without a word; its log is ${log}.`);
  });
  const [message] = await Promise.race([once(child, 'message') as Promise<unknown[]>, early]);
  early.catch(() => undefined);
  const { url } = Ready.parse(message);
  return {
    pid: child.pid ?? 0,
    url,
    exited,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(late);
    },
  };
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Why a process ended, in its own words. Of an error that it did not expect, Node writes a stack and its version after them. */
export function lastSentence(said: string): string | undefined {
  const lines = said.trim().split('\n').filter(Boolean);
  return lines.at(-1)?.startsWith('Node.js v') === true
    ? lines.findLast((line) => /^\w*Error\b/.test(line))
    : lines.at(-1);
}
