/** Keeps several processes that are started at the same time: all of them run in the end, or none. */
import { keep } from './keep';
import type { Kept, Running } from './keep';

export interface Start<R extends Running> {
  readonly name: string;
  /** Starts it and resolves when it is ready. */
  readonly start: () => Promise<R>;
}

/**
 * Starts all of `starts`; resolves when all run, in their order.
 *
 * @param say - told at once why one did not start: stopping the others may take as long as the steps that they run
 * @param onChange - told of each death and each replacement afterwards
 * @throws Error when one did not start, once the others have stopped
 */
export async function together<R extends Running>(
  starts: readonly Start<R>[],
  say: (line: string) => void,
  onChange: (line: string) => void,
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
