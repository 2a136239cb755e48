/** Keeps one process of the stack alive: when it dies it is started again, after longer pauses if it dies again and again. */
import type { Say } from '../say';

/** A process that runs. */
export interface Running {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  /** Resolves when it takes no more work, although it has not ended yet. */
  readonly leaving?: Promise<unknown>;
  readonly stop: () => Promise<void>;
  /** Takes no more work, and ends when what it has is done, however long that takes. Absent: it is stopped. */
  readonly retire?: () => Promise<void>;
}

/** A process that is started again whenever it dies. */
export interface Kept<R extends Running> {
  /** The process that runs now. While another is being started: the last one. */
  readonly now: () => R;
  /** Starts another process, and then retires the present one, which may still have work to do: changed code is taken up so. */
  readonly replace: () => Promise<void>;
  /**
   * Stops the present process, and starts another one when it has ended: for what two cannot have at once, such as a port.
   *
   * @throws whatever that start throws; it is tried again all the same
   */
  readonly restart: () => Promise<void>;
  /** Stops the process, with those that it has replaced and that still have work, and does not start it again. */
  readonly stop: () => Promise<void>;
}

const PAUSE_MIN_MS = 200;
const PAUSE_MAX_MS = 5_000;
/** After a process has lived this long, the next pause is the shortest again. */
const HEALTHY_MS = 10_000;

/**
 * Starts a process and keeps it.
 *
 * @param start - starts the process and resolves when it is ready
 * @param say - told of each death and each replacement
 * @throws whatever the first start throws: then the process is not started again
 */
export async function keep<R extends Running>(name: string, start: () => Promise<R>, say: Say): Promise<Kept<R>> {
  let current = await start();
  const replaced = new Set<R>();
  let stopping = false;
  const isStopping = (): boolean => stopping; // a function, because the compiler does not see that it changes while we wait
  let wake: () => void = () => undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, ms).unref();
    });

  let onReplaced: () => void = () => undefined;
  /** Who waits for a restart that has not begun. */
  let restarting: { readonly done: () => void; readonly failed: (error: unknown) => void } | undefined;
  /** The start that is under way, or the last one. It may be of the code that there was when it began. */
  let starting: Promise<unknown> = Promise.resolve();
  let replacing: Promise<unknown> = Promise.resolve();

  const watch = async (): Promise<void> => {
    let pauseMs = PAUSE_MIN_MS;
    for (let since = Date.now(); ;) {
      const last = current;
      const how = await Promise.race([
        last.exited.then(() => 'ended'),
        ...(last.leaving ? [last.leaving.then(() => 'ends its last work')] : []),
        new Promise<string>((resolve) => (onReplaced = () => resolve('was replaced'))),
      ]);
      if (isStopping()) return;
      if (current !== last) continue; // another one runs in its place
      replaced.add(last);
      void last.exited.then(() => replaced.delete(last));
      if (!restarting) {
        say(`${name} (process ${last.pid}) ${how}. Starting another…`);
        pauseMs = Date.now() - since > HEALTHY_MS ? PAUSE_MIN_MS : Math.min(pauseMs * 2, PAUSE_MAX_MS);
        await pause(pauseMs);
      }
      since = Date.now();
      const wanted = restarting;
      restarting = undefined;
      const begun = start().catch((error: unknown) => {
        if (wanted) wanted.failed(error);
        else if (!isStopping()) say(`${name} did not start: ${error instanceof Error ? error.message : String(error)}`);
      });
      starting = begun;
      const next = await begun;
      if (!next) continue; // `current` is over, so this tries again
      if (current !== last) {
        void next.stop(); // another one has taken the place meanwhile
        continue;
      }
      current = next;
      wanted?.done();
      if (isStopping()) return;
      if (!wanted) say(`${name} is up again (process ${next.pid}).`);
    }
  };

  const watched = watch();
  return {
    now: () => current,
    async replace() {
      const begun = start();
      replacing = begun.catch(() => undefined);
      const next = await begun;
      const last = current;
      current = next;
      onReplaced();
      replaced.add(last);
      void (last.retire ?? last.stop)().finally(() => replaced.delete(last));
    },
    async restart() {
      await starting;
      const up = new Promise<void>((done, failed) => (restarting = { done, failed }));
      wake();
      await current.stop();
      await up;
    },
    async stop() {
      stopping = true;
      wake();
      await Promise.all([...replaced, current].map((one) => one.stop()));
      await watched;
      await replacing;
      await current.stop(); // in case another had just been started
    },
  };
}
