/**
 * The last tries of steps that one more lost worker would condemn. When a worker ends, all its steps have lost it, and which of them
 * did it is not known. So these begin one after the other: the one that runs when the worker ends again is the one that counts.
 */
import type { Context } from '@temporalio/activity';
import pLimit from 'p-limit';

/** How long one that goes on is alone in this, while others wait, milliseconds. What ends a worker mostly does so soon. */
const TURN_MS = 30_000;
/** Between two beats of one that waits, where its heartbeat has no time-out, milliseconds. */
const BEAT_MS = 10_000;

export interface LastTries {
  /**
   * Runs a step when its turn has come. One that goes on for long passes the turn on when others wait.
   *
   * @param wait - called while it has to wait, so that the attempt stays alive
   * @param run - its signal fires when the turn is passed on: what ends the worker from then on may be another's doing
   * @throws what `run` throws; CancelledFailure when the attempt is over before its turn has come
   */
  inTurn<R>(context: Context, wait: () => void, run: (outlived: AbortSignal) => Promise<R>): Promise<R>;
}

export function createLastTries(): LastTries {
  const line = pLimit(1);

  return {
    async inTurn(context, wait, run) {
      const isFree = line.activeCount + line.pendingCount === 0;
      let pass: () => void = () => undefined;
      const turn = new Promise<void>((begin) => {
        void line(() => {
          begin();
          return new Promise<void>((end) => (pass = end));
        });
      });
      const waiting = setInterval(wait, (context.info.heartbeatTimeoutMs ?? 3 * BEAT_MS) / 3);
      try {
        if (!isFree) wait(); // a beat that says that it waits must not arrive after the one that says that it has begun
        await Promise.race([turn, context.cancelled]);
      } catch (cancelled) {
        void turn.then(() => pass());
        throw cancelled;
      } finally {
        clearInterval(waiting);
      }
      const outlived = new AbortController();
      const looking = setInterval(() => {
        if (line.pendingCount === 0) return;
        outlived.abort();
        pass();
      }, TURN_MS);
      try {
        return await run(outlived.signal);
      } finally {
        clearInterval(looking);
        pass();
      }
    },
  };
}
