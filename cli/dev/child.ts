/** A gateway or a worker as a child process. It says when it is ready, logs to a file, and ends when its parent does. */
import { fork } from 'node:child_process';
import type { ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Fork } from '../config';
import type { Say } from '../say';
import type { Running } from './keep';
import { HELD, lastSentence, wasHeld } from './last-words';
import { watchSilence } from './silence';
import { watchStart } from './starting';
import { watchStuck } from './stuck';

/**
 * How long the steps have when the stack stops, seconds, whatever `worker.drain` says: Temporal stops as well, so that no other worker
 * could take over meanwhile, and a person waits.
 */
export const DRAIN_S = 20;
/** How long a child has to stop by itself. A worker takes up to 27 s, because it lets its steps finish. */
const STOP_MS = 30_000;
/** Largest heap of a worker, MB, and its share of the memory that there is: one that grows without end ends, and not the machine. */
const HEAP_MAX_MB = 4_096;
const HEAP_SHARE = 0.25;
const LOG_MAX_BYTES = 10 * 1024 * 1024;

export interface Child extends Running {
  /** The MCP endpoint of a gateway; empty for a worker. */
  readonly url: string;
  /** Whether a worker has said nothing for 10 s: it is frozen, or a step holds its event loop. */
  readonly silent: () => boolean;
  /** Ends it at once; one that has ended already stays as it is. */
  readonly kill: () => void;
}

const Leaving = z.object({ leaving: z.literal(true) });
const Ready = z.object({ ready: z.literal(true), url: z.string().default('') });

/** Where a stack has what its processes need. */
export interface Place {
  /** The folder of the logs. */
  readonly dataDir: string;
  /** The folder of the code, laid out as `dist/` is. */
  readonly code: string;
  /** Starts them; absent: Node's own fork. */
  readonly fork?: Fork | undefined;
  /** Fires when the stack is stopped: what does not get ready soon after is ended. */
  readonly stopping: AbortSignal;
}

const nodesFork: Fork = (_kind, _n, main, options) => fork(main, [], options());

/**
 * Starts a gateway or worker and waits until it is ready.
 *
 * @param n - tells its log from those of others of its kind
 * @param env - all of its environment
 * @param say - told when it does not get ready, when a worker falls silent, when it speaks again, when it is ended for its silence, and which jobs it cannot go on with
 * @throws Error with the last sentence of its log when it ends before it is ready
 */
export async function startChild(
  kind: 'gateway' | 'worker',
  n: number,
  env: Readonly<Record<string, string>>,
  { dataDir, code, fork: start = nodesFork, stopping }: Place,
  say: Say,
): Promise<Child> {
  const log = join(dataDir, `${kind}-${n}.log`);
  if (sizeOf(log) > LOG_MAX_BYTES) rmSync(log);
  const before = sizeOf(log); // the log of earlier processes
  const options = (): ForkOptions => {
    const output = openSync(log, 'a');
    setImmediate(() => closeSync(output)); // the child has it by then
    return {
      env,
      stdio: ['ignore', output, output, 'ipc'],
      // In its own process group, so that Ctrl-C reaches only the supervisor, which stops everything in order.
      detached: true,
      ...(kind === 'worker' && { execArgv: [`--max-old-space-size=${heapMb()}`] }),
    };
  };
  const child = start(kind, n, join(code, kind, 'main.js'), options);
  const exited = once(child, 'exit');
  const ready = watchStart(child, say, stopping);
  const said = (): string => readFileSync(log).subarray(before).toString();
  const early = exited.then((): never => {
    throw new Error(lastSentence(said()) ?? `It ended without a word; its log is ${log}.`);
  });
  const [message] = await Promise.race([once(child, 'message') as Promise<unknown[]>, early]);
  early.catch(() => undefined);
  ready();
  const { url } = Ready.parse(message);
  const leaving = new Promise<void>((resolve) => {
    child.on('message', (said) => Leaving.safeParse(said).success && resolve());
  });
  let told = false;
  const tell = (): void => {
    if (!told) child.kill('SIGTERM'); // a second one would end it at once
    told = true;
  };
  const silent = kind === 'worker' ? watchSilence(child, say) : () => false;
  watchStuck(child, say);
  exited.then(() => wasHeld(said()) && say(HELD)).catch(() => undefined); // the log may be gone with the stack
  return {
    pid: child.pid ?? 0,
    url,
    silent,
    exited,
    leaving,
    kill: () => void child.kill('SIGKILL'),
    async retire() {
      tell();
      await exited;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      // One that was retired may be in the midst of a longer drain.
      if (kind === 'worker' && child.connected) child.send({ drain: DRAIN_S }, () => undefined);
      tell();
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(late);
    },
  };
}

/** What a worker may have on its heap, MB. In a container the memory is what that may use. */
function heapMb(): number {
  const bytes = Math.min(process.constrainedMemory() || Infinity, totalmem());
  return Math.min(HEAP_MAX_MB, Math.floor((bytes * HEAP_SHARE) / 1024 ** 2));
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
