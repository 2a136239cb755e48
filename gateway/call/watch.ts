/**
 * The watch hub: one long poll and one ticker for each watched job of this process, however many watch it. Holds
 * nothing that a job needs: a gateway that dies takes only waits with it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from '../errors';
import type { Question } from '../../workflows/contract';
import type { JobRef } from '../ids';
import type { Outcome } from '../jobs/outcome';
import { fingerprint } from '../jobs/view';
import type { JobView } from '../jobs/view';

/** What the hub needs of {@link Jobs}. */
export interface Watchable {
  look(ref: JobRef): Promise<JobView>;
  poll(ref: JobRef, signal: AbortSignal): Promise<Outcome | undefined>;
}

/** One who watches a job. After `onEnd` or `onError` nothing more is said. */
export interface Watcher {
  /** Told of every change. */
  readonly onView?: ((view: JobView) => void) | undefined;
  /** Told how it is at every look, changed or not. */
  readonly onLook?: (view: JobView) => void;
  /** The job has ended; or, without an outcome, this gateway stops. */
  readonly onEnd: (outcome: Outcome | undefined) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Puts a question before the client while its request is open. Settled once the job knows, as far as it can be told;
 * undefined when the client cannot take it.
 */
export type Push = (ref: JobRef, question: Question) => Promise<void> | undefined;

export interface WaitOptions {
  /** Longest wait, milliseconds. */
  readonly ms: number;
  /** Ends the wait, never the job: the client hung up, or another job answered first. */
  readonly signal: AbortSignal;
  /** Told of every change of the job while the wait lasts. */
  readonly onView?: (view: JobView) => void;
  /** Keys of questions that were answered, though the job may still show them. */
  readonly answered?: readonly string[];
  /**
   * Asks the client while the wait goes on. Without it, or when the client cannot take it, a question ends the wait.
   *
   * A question is on one stream at a time: in this process on the first that waits, and on the next when that has closed.
   * Of another replica's streams only the job's mark is known (`shown`): a wait asks what was marked before it began, since
   * that stream may be long gone, and not what is marked while it lasts. Two replicas that look at the same moment both ask.
   */
  readonly push?: Push | undefined;
  /** Whether the wait goes on though its client cannot be asked this: someone else may answer. */
  readonly passes?: (question: Question) => boolean;
}

/** Most calls are over before the first look. */
const TICK_FIRST_MS = 150;
/** After news. */
const TICK_MIN_MS = 500;
const TICK_MAX_MS = 5_000;
const RECONNECT_MS = 1_000;

interface Entry {
  readonly watchers: Set<Watcher>;
  /** Questions that are on a stream, by key, and who has it. */
  readonly asked: Map<string, Watcher>;
  /** Stops to follow the job. */
  readonly gone: AbortController;
  last?: JobView | undefined;
}

export type Watch = ReturnType<typeof watchHub>;

/** Makes the hub. */
export function watchHub(jobs: Watchable) {
  const watched = new Map<string, Entry>();
  let draining = false;

  /** Ends the watch of one job and tells everyone. */
  function close(
    { workflowId }: Pick<JobRef, 'workflowId'>,
    { watchers, gone }: Entry,
    tell: (watcher: Watcher) => void,
  ): void {
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
        if (outcome) close(ref, entry, (watcher) => watcher.onEnd(outcome));
      } catch (error) {
        if (!(error instanceof Unavailable)) return close(ref, entry, (watcher) => watcher.onError(error));
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

  /** Watches a job until it ends, the gateway stops, or the returned function is called. `seen`: what the watcher knows. */
  function follow(ref: JobRef, watcher: Watcher, seen?: JobView): () => void {
    if (draining) {
      watcher.onEnd(undefined);
      return () => undefined;
    }
    const known = watched.get(ref.workflowId);
    const entry: Entry = known ?? { watchers: new Set(), asked: new Map(), gone: new AbortController() };
    entry.watchers.add(watcher);
    entry.last ??= seen;
    const missed = !seen || (entry.last !== undefined && fingerprint(entry.last) !== fingerprint(seen));
    if (!known) {
      watched.set(ref.workflowId, entry);
      void pollUntilClosed(ref, entry);
      void tick(ref, entry);
    } else if (missed) {
      // Who joins late is told how it is now, and not how it was at the last news.
      const tell = (view: JobView | undefined): void => {
        if (view && entry.watchers.has(watcher)) watcher.onView?.(view);
        if (view && entry.watchers.has(watcher)) watcher.onLook?.(view);
      };
      void jobs.look(ref).then(tell, () => tell(entry.last));
    }
    return () => {
      if (!entry.watchers.delete(watcher) || entry.gone.signal.aborted) return;
      if (entry.watchers.size === 0) return close(ref, entry, () => undefined);
      for (const [key, asker] of entry.asked) if (asker === watcher) entry.asked.delete(key);
    };
  }

  return {
    follow,
    draining: () => draining,

    /** Whether a stream of this process shows that question. */
    asked: ({ workflowId }: JobRef, key: string): boolean => watched.get(workflowId)?.asked.has(key) === true,

    /**
     * Waits for a job to end.
     *
     * @returns how it ended; undefined when the wait ended first, or when the job asks a person
     * @throws UnknownJob when there is no such job
     */
    wait(ref: JobRef, { ms, signal, onView, answered = [], push, passes }: WaitOptions): Promise<Outcome | undefined> {
      if (ms <= 0 || signal.aborted || draining) return Promise.resolve(undefined);
      const done = new Set(answered);
      /** Keys of questions that were open before, or on another stream of ours: marked as shown or not, they may be asked. */
      let known: Set<string> | undefined;
      return new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          leave();
          act();
        };
        const giveUp = (): void => settle(() => resolve(undefined));
        const timer = setTimeout(giveUp, ms);
        signal.addEventListener('abort', giveUp, { once: true });
        const watcher: Watcher = {
          onView,
          onLook({ status, questions }) {
            known ??= new Set(questions.map(({ key }) => key));
            const asked = watched.get(ref.workflowId)?.asked;
            if (status !== 'input_required' || !asked) return;
            for (const question of questions.filter(({ key }) => !done.has(key))) {
              const { key, shown } = question;
              if (push && asked.has(key)) known.add(key);
              else if (push && shown === true && !known.has(key)) done.add(key);
              else if (push?.(ref, question)) {
                done.add(key);
                asked.set(key, watcher);
              } else if (passes?.(question)) done.add(key);
              else return giveUp();
            }
          },
          onEnd: (outcome) => settle(() => resolve(outcome)),
          onError: (error) => settle(() => reject(error instanceof Error ? error : new Error(String(error)))),
        };
        const leave = follow(ref, watcher);
      });
    },

    /** Ends every watch as if its time were up, and lets no new wait begin. Jobs go on. */
    drain(): void {
      draining = true;
      for (const [workflowId, entry] of watched) close({ workflowId }, entry, (watcher) => watcher.onEnd(undefined));
    },
  };
}
