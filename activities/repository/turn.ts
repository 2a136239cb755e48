/** Gives the event loop its turn in the midst of many short computations, of which a stranger decides how many there are. */
import { setImmediate as turn } from 'node:timers/promises';

/** How long it may go on without, milliseconds. */
const GOES_ON_MS = 50;

/** @returns to be awaited after each of the computations: it waits only when it is time */
export function createTurns(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < GOES_ON_MS) return undefined;
    return turn().then(() => {
      since = performance.now();
    });
  };
}
