/**
 * The watch hub: one long poll and one ticker for each watched job of this process, however many watch it. Holds
 * nothing that a job needs: a gateway that dies takes only waits with it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isProblem } from '../errors';
import type { JobRef } from '../ids';
import type { Jobs } from '../jobs/jobs';
import type { Outcome } from '../jobs/outcome';
import { fingerprint } from '../jobs/view';
import type { JobView } from '../jobs/view';

/** Told what becomes of a job. After `onEnd` or `onError` nothing more is said. */
export interface Watcher {
  /** Told of every change. */
  readonly onView?: ((view: JobView) => void) | undefined;
  /** Told how it is at every look, changed or not. */
  readonly onLook?: (view: JobView) => void;
  /** The job has ended; or, without an outcome, this gateway stops. */
  readonly onEnd: (outcome: Outcome | undefined) => void;
  readonly onError: (error: unknown) => void;
}

/** What the hub needs of {@link Jobs}. */
export type Watchable = Pick<Jobs, 'look' | 'poll'>;

export interface Hub {
  /**
   * Watches a job until it ends, the gateway stops, or the returned function is called.
   *
   * @param seen - what the watcher knows of the job
   */
  follow(ref: JobRef, watcher: Watcher, seen?: JobView): () => void;
  /** The questions of a job that are on a stream of this process, by key, and whose they are; undefined if nobody watches it. */
  asked(ref: JobRef): Map<string, Watcher> | undefined;
  /** Whether every watch has been ended because the gateway stops. */
  draining(): boolean;
  /** Ends every watch as if its time were up, and lets no new one begin. Jobs go on. */
  drain(): void;
}

/** Most calls are over before the first look. */
const TICK_FIRST_MS = 150;
/** After news. */
const TICK_MIN_MS = 500;
const TICK_MAX_MS = 5_000;
const RECONNECT_MS = 1_000;

interface Entry {
  readonly watchers: Set<Watcher>;
  readonly asked: Map<string, Watcher>;
  /** Aborted when nobody follows the job any more. */
  readonly gone: AbortController;
  last?: JobView | undefined;
}

export function createHub(jobs: Watchable): Hub {
  const watched = new Map<string, Entry>();
  let draining = false;

  /** Ends the watch of one job and tells everyone. */
  function close(workflowId: string, { watchers, gone }: Entry, tell: (watcher: Watcher) => void): void {
    if (gone.signal.aborted) return;
    watched.delete(workflowId);
    gone.abort();
    watchers.forEach(tell);
  }

  async function pollUntilClosed(ref: JobRef, entry: Entry): Promise<void> {
    const { signal } = entry.gone;
    while (!signal.aborted) {
      try {
        const outcome = await jobs.poll(ref, signal);
        if (outcome) close(ref.workflowId, entry, (watcher) => watcher.onEnd(outcome));
      } catch (error) {
        if (!isProblem(error, 'unavailable')) return close(ref.workflowId, entry, (watcher) => watcher.onError(error));
        // The job goes on without us; so does the wait.
        await pause(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Looks again and again, less often while nothing changes. */
  async function tick(ref: JobRef, entry: Entry): Promise<void> {
    const { signal } = entry.gone;
    for (let ms = TICK_FIRST_MS; ;) {
      const on = await pause(ms, true, { signal }).catch(() => false);
      if (!on) return;
      const view = await jobs.look(ref).catch(() => undefined); // what is wrong, the long poll tells
      const news = view && !(entry.last && fingerprint(entry.last) === fingerprint(view));
      ms = news ? TICK_MIN_MS : Math.min(ms * 1.5, TICK_MAX_MS);
      if (!view || signal.aborted) continue;
      if (news) for (const watcher of [...entry.watchers]) watcher.onView?.(view);
      for (const watcher of [...entry.watchers]) watcher.onLook?.(view);
      entry.last = view;
    }
  }

  /** Tells a watcher who joins late how the job is now, and not how it was at the last news. */
  async function catchUp(ref: JobRef, entry: Entry, watcher: Watcher): Promise<void> {
    const view = await jobs.look(ref).catch(() => entry.last);
    if (view && entry.watchers.has(watcher)) watcher.onView?.(view);
    if (view && entry.watchers.has(watcher)) watcher.onLook?.(view);
  }

  return {
    follow(ref, watcher, seen) {
      if (draining) {
        watcher.onEnd(undefined);
        return () => undefined;
      }
      const known = watched.get(ref.workflowId);
      const entry: Entry = known ?? { watchers: new Set(), asked: new Map(), gone: new AbortController() };
      entry.watchers.add(watcher);
      entry.last ??= seen;
      if (!known) {
        watched.set(ref.workflowId, entry);
        void pollUntilClosed(ref, entry);
        void tick(ref, entry);
      } else if (!seen || (entry.last !== undefined && fingerprint(entry.last) !== fingerprint(seen))) {
        void catchUp(ref, entry, watcher);
      }
      return () => {
        if (!entry.watchers.delete(watcher) || entry.gone.signal.aborted) return;
        if (entry.watchers.size === 0) return close(ref.workflowId, entry, () => undefined);
        for (const [key, asker] of entry.asked) if (asker === watcher) entry.asked.delete(key);
      };
    },

    asked: ({ workflowId }) => watched.get(workflowId)?.asked,

    draining: () => draining,

    drain() {
      draining = true;
      for (const [workflowId, entry] of watched) close(workflowId, entry, (watcher) => watcher.onEnd(undefined));
    },
  };
}
