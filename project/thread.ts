/** Functions of a project that are computed in a thread. A thread finds them as workers find steps: by what `steps.ts` exports. */
import { dirname, join } from 'node:path';
import { failure } from '../activities/failure';
import { inThread as inOwnThread } from '../activities/thread';
import type { compute as inModule } from './computed';

/** A function that is called in a thread. It is given the signal of the step that waits for it. */
export interface Threaded<I, O> {
  (input: I, signal: AbortSignal): Promise<Awaited<O>>;
  readonly holdfast: 'thread';
  /** What the thread calls. */
  readonly run: (input: I) => O;
}

/** Where threads find one of them. */
interface Place {
  /** Path of the built `steps` module. */
  readonly steps: string;
  readonly workflow: string;
  readonly name: string;
}

const SECONDS = 20;

/** Set by the worker that loads the steps. Without one, as in a test of a single step, functions are computed where they are called. */
const places = new Map<unknown, Place>();
let steps: string | undefined;

/**
 * Has `run` computed in a thread, so that the worker's other steps go on meanwhile. `steps.ts` has to export it:
 *
 *     export const primeFactorsOf = inThread((number: number) => …);
 *     export const factorize = step(async ({ number }: { number: number }, { signal }) => ({ factors: await primeFactorsOf(number, signal) }));
 *
 * Input and output are copied: they are data. A step that is cancelled ends its computation in the midst of it.
 *
 * @param options - `seconds`: how long it may take once a thread has begun it. Default 20
 * @throws ApplicationFailure `too_large` when it needs more time than that, or more than 256 MB of heap
 */
export function inThread<I, O>(run: (input: I) => O, { seconds = SECONDS }: { seconds?: number } = {}): Threaded<I, O> {
  const compute = inOwnThread<typeof inModule>(require.resolve('./computed'), 'compute', seconds * 1_000);
  const threaded = async (input: I, signal: AbortSignal): Promise<Awaited<O>> => {
    if (steps === undefined) return await run(input);
    const place = places.get(threaded);
    if (!place)
      throw failure(
        'broken',
        'It calls a function of inThread that its steps.ts does not export: a thread finds it there by name. Write export const.',
      );
    return (await compute({ ...place, input }, signal)) as Awaited<O>;
  };
  return Object.assign(threaded, { holdfast: 'thread', run } as const);
}

const isThreaded = (value: unknown): value is Threaded<unknown, unknown> =>
  typeof value === 'function' && 'holdfast' in value && value.holdfast === 'thread';

/**
 * Tells the functions among the exports of all steps where threads find them.
 *
 * @param bundle - path of the bundle, beside which the built `steps` module lies
 */
export function placeThreaded(modules: Readonly<Record<string, object>>, bundle: string): void {
  steps = join(dirname(bundle), 'steps.js');
  for (const [workflow, module] of Object.entries(modules))
    for (const [name, value] of Object.entries(module))
      if (isThreaded(value)) places.set(value, { steps, workflow, name });
}
