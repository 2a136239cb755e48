/**
 * The watch hub: one long poll and one ticker for each watched job of this process, however many watch it. Holds
 * nothing that a job needs: a gateway that dies takes only waits with it.
 */
import { isProblem } from '../errors';
import type { JobRef } from '../ids';
import type { Jobs } from '../jobs/jobs';
import type { Outcome } from '../jobs/outcome';
import { POLL_MS } from '../jobs/end';
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
  /** Whether somebody hears of progress, or can be asked: looks are made early and often then. */
  readonly eager: boolean;
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
  onStreams(ref: JobRef): Map<string, Watcher> | undefined;
  /** Whether every watch has been ended because the gateway stops. */
  draining(): boolean;
  /** Ends every watch as if its time were up, and lets no new one begin. Jobs go on. */
  drain(): void;
}

/** The first look, and the longest time between two, where a watcher is eager and where none is: most calls are over in a second. */
const EAGER = { firstMs: 150, maxMs: 5_000 };
const PATIENT = { firstMs: 1_000, maxMs: 10_000 };
/** The next look after news; without news, each waits half as long again as the one before. */
const NEXT_MS = 500;
const RECONNECT_MS = 1_000;

/** Why polls are aborted. It is made once: an error of its own for each would cost a stack each. */
const OVER = new Error('Nobody waits for this poll any more.');

interface Entry {
  readonly ref: JobRef;
  readonly watchers: Set<Watcher>;
  readonly onStreams: Map<string, Watcher>;
  /** Nobody follows the job any more. */
  gone: boolean;
  /** Ends the poll that is under way; undefined between two polls. Temporal's client would handle an abort of one that has ended, too. */
  poll: AbortController | undefined;
  /** When the next look is due. */
  ticker: NodeJS.Timeout | undefined;
  last: JobView | undefined;
  /** The look for those who joined a moment ago. */
  catchingUp: Promise<JobView | undefined> | undefined;
}

export function createHub(jobs: Watchable): Hub {
  const watched = new Map<string, Entry>();
  let draining = false;

  /** Ends the watch of one job and tells everyone. */
  function close(entry: Entry, tell: (watcher: Watcher) => void): void {
    if (entry.gone) return;
    entry.gone = true;
    watched.delete(entry.ref.workflowId);
    clearTimeout(entry.ticker);
    entry.poll?.abort(OVER);
    entry.watchers.forEach(tell);
  }

  async function pollUntilClosed(entry: Entry): Promise<void> {
    while (!entry.gone) {
      const poll = (entry.poll = new AbortController());
      const slice = setTimeout(() => poll.abort(OVER), POLL_MS);
      const polled = await jobs.poll(entry.ref, poll.signal).then(
        (outcome) => ({ kind: 'polled' as const, outcome }),
        (error: unknown) => ({ kind: 'failed' as const, error }),
      );
      clearTimeout(slice);
      entry.poll = undefined;
      if (polled.kind === 'polled') {
        if (polled.outcome) return close(entry, (watcher) => watcher.onEnd(polled.outcome));
      } else {
        if (!isProblem(polled.error, 'unavailable')) return close(entry, (watcher) => watcher.onError(polled.error));
        await pause(RECONNECT_MS); // the job goes on without us; so does the wait
      }
    }
  }

  /** Looks again and again, less often while nothing changes. */
  function tick(entry: Entry, ms: number): void {
    clearTimeout(entry.ticker); // a watcher who joins during a look begins a ticker of its own
    entry.ticker = setTimeout(() => {
      void look(entry).then((news) => {
        if (!entry.gone) tick(entry, news ? NEXT_MS : Math.min(ms * 1.5, paceOf(entry).maxMs));
      });
    }, ms);
  }

  /** Tells the watchers how the job is. Returns whether there was news. */
  async function look(entry: Entry): Promise<boolean> {
    const { ref, last } = entry;
    const view = await jobs.look(ref).catch(() => undefined); // what is wrong, the long poll tells
    if (!view || entry.gone) return false;
    const news = !(last && fingerprint(last) === fingerprint(view));
    if (news) for (const watcher of [...entry.watchers]) watcher.onView?.(view);
    for (const watcher of [...entry.watchers]) watcher.onLook?.(view);
    entry.last = view;
    return news;
  }

  /** Tells a watcher who joins late how the job is now, and not how it was at the last news. A thousand who join at once share a look. */
  async function catchUp(entry: Entry, watcher: Watcher): Promise<void> {
    entry.catchingUp ??= jobs
      .look(entry.ref)
      .catch(() => entry.last)
      .finally(() => (entry.catchingUp = undefined));
    const view = await entry.catchingUp;
    if (view && entry.watchers.has(watcher)) watcher.onView?.(view);
    if (view && entry.watchers.has(watcher)) watcher.onLook?.(view);
  }

  /** Begins to watch a job that nobody watches. */
  function open(ref: JobRef, watcher: Watcher, seen: JobView | undefined): Entry {
    const entry: Entry = {
      ref,
      watchers: new Set([watcher]),
      onStreams: new Map(),
      gone: false,
      poll: undefined,
      ticker: undefined,
      last: seen,
      catchingUp: undefined,
    };
    watched.set(ref.workflowId, entry);
    void pollUntilClosed(entry);
    tick(entry, paceOf(entry).firstMs);
    return entry;
  }

  /** Joins those who watch a job. */
  function join(entry: Entry, watcher: Watcher, seen: JobView | undefined): void {
    if (watcher.eager && paceOf(entry) === PATIENT) tick(entry, NEXT_MS);
    entry.watchers.add(watcher);
    entry.last ??= seen;
    if (!seen || (entry.last && fingerprint(entry.last) !== fingerprint(seen))) void catchUp(entry, watcher);
  }

  return {
    follow(ref, watcher, seen) {
      if (draining) {
        watcher.onEnd(undefined);
        return () => undefined;
      }
      const known = watched.get(ref.workflowId);
      if (known) join(known, watcher, seen);
      const entry = known ?? open(ref, watcher, seen);
      return () => {
        if (!entry.watchers.delete(watcher) || entry.gone) return;
        if (entry.watchers.size === 0) return close(entry, () => undefined);
        for (const [key, asker] of entry.onStreams) if (asker === watcher) entry.onStreams.delete(key);
      };
    },

    onStreams: ({ workflowId }) => watched.get(workflowId)?.onStreams,

    draining: () => draining,

    drain() {
      draining = true;
      for (const entry of watched.values()) close(entry, (watcher) => watcher.onEnd(undefined));
    },
  };
}

function paceOf({ watchers }: Entry): typeof EAGER {
  return [...watchers].some(({ eager }) => eager) ? EAGER : PATIENT;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
