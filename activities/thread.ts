/** Computes in a thread of its own what would hold the worker's event loop, on which all its steps and their heartbeats run. */
import { availableParallelism } from 'node:os';
import { MessageChannel } from 'node:worker_threads';
import { asyncLocalStorage } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import pLimit from 'p-limit';
import type { Limit } from 'p-limit';
import { Piscina } from 'piscina';
import { failure } from './failure';
import type { Computation } from './thread-entry';

/** How much a computation may have on its heap, MB. */
const HEAP_MB = 256;
/** How long a computation may take, milliseconds, once a thread has begun it. */
const TIME_MS = 20_000;
/** How long a thread without work is kept with the modules that it has loaded, milliseconds. */
const IDLE_MS = 60_000;

/** How many threads the computations of one job may have. The system gives the event loop its turn. */
const MOST_OF_A_JOB = Math.max(2, availableParallelism());
/** One more than a job may have: while texts of strangers hold all that it has, another job finds one. */
const MOST_THREADS = MOST_OF_A_JOB + 1;
/** Computations wait here and not in the pool, which starts no thread for them in place of one that was ended. */
const inTurn = pLimit(MOST_THREADS);
/** By job: those that compute, and those that wait for their own job. */
const shares = new Map<string, Limit>();
const ENTRY = require.resolve('./thread-entry');

let threads: Piscina | undefined;

/** One pool for all: a second one would only share the same cores. */
function pool(): Piscina {
  threads ??= new Piscina({
    minThreads: 0,
    maxThreads: MOST_THREADS,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  }).on('error', () => undefined); // a thread broke after its computation was answered: another takes its place
  return threads;
}

/** Runs a computation when one of the threads that its job may have is free. */
async function inShare<T>(run: () => Promise<T>): Promise<T> {
  const job = asyncLocalStorage.getStore()?.info.workflowExecution?.workflowId ?? ''; // outside of a step there is none
  const share = shares.get(job) ?? pLimit(MOST_OF_A_JOB);
  shares.set(job, share);
  try {
    return await share(() => inTurn(run));
  } finally {
    if (share.activeCount + share.pendingCount === 0) shares.delete(job);
  }
}

/** Whether a computation was ended since it took more time or memory than a thread has. With the same input it would be again. */
export const isTooMuch = (error: unknown): boolean => error instanceof ApplicationFailure && error.type === 'too_large';

/**
 * The function `name` that `module` exports, to be called in a thread.
 *
 * Its input and output are copied: they are data. So is what it throws, which reaches the step as an error without a kind.
 * Its time begins with it, not while it waits for a thread. At its end the thread is ended in the midst of what it does.
 *
 * @param module - the absolute path of the module: `require.resolve('./module')`. The thread loads it for itself
 * @param timeMs - how long it may take, milliseconds. Default 20 s
 * @returns rejects when `signal` fires, and the thread is ended
 * @throws ApplicationFailure `too_large` when it needs more than 256 MB of heap, or more time than it has
 */
export function inThread<F extends (input: never) => unknown>(
  module: string,
  name: string,
  timeMs = TIME_MS,
): (input: Parameters<F>[0], signal: AbortSignal) => Promise<Awaited<ReturnType<F>>> {
  return async (input, signal): Promise<Awaited<ReturnType<F>>> => {
    const { port1: heard, port2: begun } = new MessageChannel();
    const over = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    heard.once('message', () => (timer = setTimeout(() => over.abort(), timeMs)));
    try {
      return (await inShare(() => {
        signal.throwIfAborted();
        return pool().run({ module, name, input, begun } satisfies Computation, {
          filename: ENTRY,
          name: 'compute',
          signal: AbortSignal.any([signal, over.signal]),
          transferList: [begun],
        });
      })) as Awaited<ReturnType<F>>;
    } catch (error) {
      if (over.signal.aborted && !signal.aborted)
        throw failure(
          'too_large',
          `It took longer to compute than the ${timeMs / 1_000} s that a thread has.`,
          error,
          'unknown',
        );
      if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
      const sentence = `There is too much to compute at once: it needs more than the ${HEAP_MB} MB of memory that a thread has.`;
      throw failure('too_large', sentence, error, 'unknown');
    } finally {
      clearTimeout(timer);
      heard.close();
    }
  };
}
