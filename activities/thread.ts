/** Computes in a thread of its own what would hold the worker's event loop, on which all its steps and their heartbeats run. */
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { failure } from './failure';

/** How much a computation may have on its heap, MB. */
const HEAP_MB = 256;
/** How long a thread without work is kept with the modules that it has loaded, milliseconds. */
const IDLE_MS = 60_000;

let threads: Piscina | undefined;

/** One pool for all: a second one would only share the same cores. */
function pool(): Piscina {
  threads ??= new Piscina({
    minThreads: 0,
    maxThreads: Math.max(2, availableParallelism()), // the system gives the event loop its turn
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  }).on('error', () => undefined); // of a thread whose computation has been answered: another takes its place
  return threads;
}

/**
 * The function `name` that `module` exports, to be called in a thread.
 *
 * Its input and output are copied: they are data. So is what it throws, which reaches the step as an error without a kind.
 *
 * @param module - the absolute path of the module: `require.resolve('./module')`. The thread loads it for itself
 * @returns rejects when `signal` fires, and the thread is ended in the midst of what it does
 * @throws ApplicationFailure `too_large` when it needs more than 256 MB of heap
 */
export function inThread<F extends (input: never) => unknown>(
  module: string,
  name: string,
): (input: Parameters<F>[0], signal: AbortSignal) => Promise<Awaited<ReturnType<F>>> {
  return async (input, signal): Promise<Awaited<ReturnType<F>>> => {
    try {
      return (await pool().run(input, { filename: module, name, signal })) as Awaited<ReturnType<F>>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
      const sentence = `There is too much to compute at once: it needs more than the ${HEAP_MB} MB of memory that a thread has.`;
      throw failure('too_large', sentence, error, 'unknown');
    }
  };
}
