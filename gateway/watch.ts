/**
 * The watch hub: one long poll and one ticker for each watched job of this process, however many wait on it. Holds
 * nothing that a job needs: a gateway that dies takes only waits with it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable, UnknownJob } from './errors';
import type { JobRef } from './ids';
import type { Outcome } from './outcome';
import type { JobView } from './view';

/** What the hub needs of {@link Jobs}. */
export interface Watchable {
  look(ref: JobRef): Promise<JobView>;
  poll(ref: JobRef, signal: AbortSignal): Promise<Outcome | undefined>;
}

export interface WaitOptions {
  /** Longest wait, milliseconds. */
  readonly ms: number;
  /** Ends the wait, never the job: the client hung up, or another job answered first. */
  readonly signal: AbortSignal;
  /** Told of every change of the job while the wait lasts. */
  readonly onView?: (view: JobView) => void;
}

type Waiter = {
  readonly onView: ((view: JobView) => void) | undefined;
  readonly end: (outcome: Outcome | undefined) => void;
  readonly fail: (error: unknown) => void;
};

const TICK_MIN_MS = 1_000;
const TICK_MAX_MS = 5_000;
const RECONNECT_MS = 1_000;

export type Watch = ReturnType<typeof watchHub>;

/** Makes the hub. */
export function watchHub(jobs: Watchable) {
  const watched = new Map<string, { readonly waiters: Set<Waiter>; readonly stop: () => void }>();
  let draining = false;

  /** Follows one job until nobody waits for it. */
  function follow(ref: JobRef, waiters: Set<Waiter>): () => void {
    const gone = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    let seen = '';

    const pollUntilClosed = async (): Promise<void> => {
      while (!gone.signal.aborted) {
        try {
          const outcome = await jobs.poll(ref, gone.signal);
          if (outcome) return [...waiters].forEach((waiter) => waiter.end(outcome));
        } catch (error) {
          if (!(error instanceof Unavailable)) return [...waiters].forEach((waiter) => waiter.fail(error));
          // The job goes on without us; so does the wait.
          await pause(RECONNECT_MS, undefined, { signal: gone.signal }).catch(() => undefined);
        }
      }
    };

    const tick = async (after: number): Promise<void> => {
      let next = Math.min(after * 1.5, TICK_MAX_MS);
      try {
        const view = await jobs.look(ref);
        const now = JSON.stringify([view.status, view.progress, view.within, view.trouble, view.questions.length]);
        if (now !== seen) {
          seen = now;
          next = TICK_MIN_MS;
          for (const waiter of [...waiters]) waiter.onView?.(view);
        }
        if (view.status === 'input_required') [...waiters].forEach((waiter) => waiter.end(undefined));
      } catch (error) {
        if (error instanceof UnknownJob) return;
      }
      if (!gone.signal.aborted) timer = setTimeout(() => void tick(next), next);
    };

    void pollUntilClosed();
    timer = setTimeout(() => void tick(TICK_MIN_MS), TICK_MIN_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }

  function join(ref: JobRef, waiter: Waiter): void {
    const entry = watched.get(ref.workflowId);
    if (entry) return void entry.waiters.add(waiter);
    const waiters = new Set([waiter]);
    watched.set(ref.workflowId, { waiters, stop: follow(ref, waiters) });
  }

  function leave({ workflowId }: JobRef, waiter: Waiter): void {
    const entry = watched.get(workflowId);
    if (!entry?.waiters.delete(waiter) || entry.waiters.size > 0) return;
    watched.delete(workflowId);
    entry.stop();
  }

  return {
    /** Jobs that someone waits for now. */
    size: () => watched.size,

    /**
     * Waits for a job to end.
     *
     * @returns how it ended; undefined when the wait ended first, or when the job asks a person
     * @throws UnknownJob when there is no such job
     */
    wait(ref: JobRef, { ms, signal, onView }: WaitOptions): Promise<Outcome | undefined> {
      if (signal.aborted || draining) return Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          leave(ref, waiter);
          act();
        };
        const waiter: Waiter = {
          onView,
          end: (outcome) => settle(() => resolve(outcome)),
          fail: (error) => settle(() => reject(error instanceof Error ? error : new Error(String(error)))),
        };
        const giveUp = (): void => waiter.end(undefined);
        const timer = setTimeout(giveUp, ms);
        signal.addEventListener('abort', giveUp, { once: true });
        join(ref, waiter);
      });
    },

    /** Ends every wait as if its time were up, and lets no new one begin. Jobs go on. */
    drain(): void {
      draining = true;
      for (const { waiters } of [...watched.values()]) for (const waiter of [...waiters]) waiter.end(undefined);
    },
  };
}
