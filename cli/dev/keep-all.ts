/** Starts several processes at the same time and keeps them. If one does not start, none is kept. */
import type { Say } from '../say';
import { keep } from './keep';
import type { Kept, Running } from './keep';

export interface Start<R extends Running> {
  readonly name: string;
  /** Starts the process and resolves when it is ready. */
  readonly start: () => Promise<R>;
}

/**
 * Resolves when all processes run, in the order of `starts`.
 *
 * @param say - told why one did not start, before the others are stopped: that takes as long as the steps that they run
 * @param onChange - told of each death and each replacement afterwards
 * @throws Error when one did not start, after the others have stopped
 */
export async function keepAll<R extends Running>(
  starts: readonly Start<R>[],
  say: Say,
  onChange: Say,
): Promise<readonly Kept<R>[]> {
  const made = await Promise.all(
    starts.map(({ name, start }) =>
      keep(name, start, onChange).catch((error: unknown) => {
        say(`${name} did not start: ${error instanceof Error ? error.message : String(error)}`);
      }),
    ),
  );
  const kept = made.filter((one) => one !== undefined);
  if (kept.length === starts.length) return kept;
  if (kept.length > 0) say('Stopping the others; a step that runs has 20 s to finish…');
  await Promise.all(kept.map((one) => one.stop()));
  throw new Error('Holdfast has not started.');
}
