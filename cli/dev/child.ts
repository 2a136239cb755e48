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
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > LOG_MAX_BYTES) rmSync(log);
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
    throw new Error(readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? `It ended at once; its log is ${log}.`);
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
