/** Keeps one process of the stack alive: whatever dies is started again, later each time it dies at once. */

/** A process that runs. */
export interface Running {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  readonly stop: () => Promise<void>;
}

export interface Kept<R extends Running> {
  /** The process that runs now; the last one while another is being started. */
  readonly now: () => R;
  readonly stop: () => Promise<void>;
}

const PAUSE_MIN_MS = 200;
const PAUSE_MAX_MS = 5_000;
/** A process that lived this long did not die at once. */
const HEALTHY_MS = 10_000;

/**
 * Starts a process and keeps it.
 *
 * @param start - starts it and resolves when it is ready
 * @param say - told of each death and each replacement
 * @throws whatever the first start throws: what never ran is not started again
 */
export async function keep<R extends Running>(
  name: string,
  start: () => Promise<R>,
  say: (line: string) => void,
): Promise<Kept<R>> {
  let current = await start();
  let stopping = false;
  const toldToStop = (): boolean => stopping; // may change at every await
  let wake: () => void = () => undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, ms).unref();
    });

  const watch = async (): Promise<void> => {
    let pauseMs = PAUSE_MIN_MS;
    for (let since = Date.now(); ;) {
      await current.exited;
      if (toldToStop()) return;
      say(`${name} (process ${current.pid}) ended. Starting another…`);
      pauseMs = Date.now() - since > HEALTHY_MS ? PAUSE_MIN_MS : Math.min(pauseMs * 2, PAUSE_MAX_MS);
      await pause(pauseMs);
      since = Date.now();
      const next = await start().catch((error: unknown) => {
        say(`${name} did not start: ${error instanceof Error ? error.message : String(error)}`);
      });
      if (!next) continue; // the one that ended has ended still
      current = next;
      if (toldToStop()) return;
      say(`${name} is up again (process ${next.pid}).`);
    }
  };

  const watched = watch();
  return {
    now: () => current,
    async stop() {
      stopping = true;
      wake();
      await current.stop();
      await watched;
      await current.stop(); // one that was just being started
    },
  };
}
