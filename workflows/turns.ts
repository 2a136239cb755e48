/** A bound on how many steps of a job are under way: Temporal takes no decision of a workflow with more than 2,000 pending. */
import { condition } from '@temporalio/workflow';

/** Steps of one job that are under way at one time. */
export const PENDING_MAX = 1_000;

export interface Turns {
  /** Resolves when one more may begin, in the order of the calls. */
  take(): Promise<void>;
  /** To be called once for each turn that was taken. */
  give(): void;
  /** No further one may begin. Resolves when none is under way. */
  close(): Promise<void>;
  open(): void;
}

/** @param max - turns that are given at one time */
export function createTurns(max: number): Turns {
  const waiting: (() => void)[] = [];
  let taken = 0;
  let closed = false;

  const next = (): void => {
    while (!closed && taken < max) {
      const begin = waiting.shift();
      if (!begin) return;
      taken += 1;
      begin();
    }
  };

  return {
    async take() {
      if (!closed && taken < max) taken += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    give() {
      taken -= 1;
      next();
    },
    async close() {
      closed = true;
      await condition(() => taken === 0);
    },
    open() {
      closed = false;
      next();
    },
  };
}
