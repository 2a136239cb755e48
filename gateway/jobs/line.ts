/** The line in front of Temporal: so many starts at one time, a bounded number behind them, and nobody waits while nothing moves. */
import pLimit from 'p-limit';
import { Problem, isProblem } from '../errors';

export interface LineBounds {
  /** Starts under way at one time. More would wait in Temporal, where their deadline runs; here it does not. */
  readonly atOnce: number;
  /** How many may wait for a turn. */
  readonly waiting: number;
}

/**
 * Runs something when it is its turn. What waited while Temporal answered nobody is turned away with all that are behind it: their
 * turns would come one deadline after the other.
 *
 * @throws Problem `unavailable` (refused) when the line is too long or does not move, and nothing was run
 */
export type InTurn = <R>(run: () => Promise<R>) => Promise<R>;

export function createLine({ atOnce, waiting }: LineBounds): InTurn {
  const limit = pLimit(atOnce);
  /** How often Temporal has answered. */
  let answers = 0;

  return (run) => {
    const ahead = limit.activeCount + limit.pendingCount;
    if (ahead >= atOnce + waiting) return Promise.reject(new Problem('unavailable', { refused: true }));
    const before = answers;
    return limit(async () => {
      if (ahead >= atOnce && answers === before) throw new Problem('unavailable', { refused: true });
      try {
        return await run();
      } catch (error) {
        if (isProblem(error, 'unavailable')) answers -= 1;
        throw error;
      } finally {
        answers += 1;
      }
    });
  };
}
