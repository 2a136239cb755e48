/** Keeps a minimum time between requests to a source that asks for it. Every worker counts for itself. */
import { setTimeout as pause } from 'node:timers/promises';
import { failure } from '../failure';

/** Longest wait for a turn, milliseconds. A step that would wait longer fails and is retried later. */
const LONGEST_WAIT_MS = 6_000;

/**
 * Waits for the next turn.
 *
 * @param who - the source, at the beginning of the sentence that a failure says
 * @throws ApplicationFailure `unavailable` when too many requests wait already
 */
export type Pace = (who: string, signal: AbortSignal) => Promise<void>;

/** @param apartMs - least time between two turns, milliseconds */
export function createPace(apartMs: number): Pace {
  let free = 0;
  return async (who, signal) => {
    const wait = Math.max(0, free - Date.now());
    if (wait > LONGEST_WAIT_MS)
      throw failure('unavailable', `${who} is being asked much just now. Try again later.`, undefined, 'none', wait);
    free = Date.now() + wait + apartMs;
    if (wait > 0) await pause(wait, undefined, { signal });
  };
}
