/** A bound on how many steps of a job are under way: Temporal takes no decision of a workflow with more than 2,000 pending. */

/** Steps of one job that are under way at one time. */
export const PENDING_MAX = 1_000;

export interface Turns {
  /** Resolves when one more may begin, in the order of the calls. */
  take(): Promise<void>;
  /** To be called once for each turn that was taken. */
  give(): void;
}

/** @param max - turns that are given at one time */
export function createTurns(max: number): Turns {
  const waiting: (() => void)[] = [];
  let free = max;
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    give() {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}
