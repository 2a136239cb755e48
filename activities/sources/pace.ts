/** Lets callers through one at a time, for sources that ask to be left alone in between. Each worker keeps its own time. */
import { setTimeout as pause } from 'node:timers/promises';
import { failure } from '../failure';

/** Who would have to wait for longer is told to come back: an attempt at a step does not last for ever. */
const LONGEST_WAIT_MS = 6_000;

/** @param apartMs - between the beginnings of two turns */
export function pacedBy(apartMs: number) {
  let free = 0;
  /** @throws ApplicationFailure `unavailable` when too many wait already */
  return async (who: string, signal: AbortSignal): Promise<void> => {
    const wait = Math.max(0, free - Date.now());
    if (wait > LONGEST_WAIT_MS)
      throw failure('unavailable', `${who} is being asked much just now. Try again later.`, undefined, 'none', wait);
    free = Date.now() + wait + apartMs;
    if (wait > 0) await pause(wait, undefined, { signal });
  };
}
