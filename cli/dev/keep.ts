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
  /** Resolves with the next process that takes the place of the present one. */
  readonly replaced: () => Promise<R>;
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
  let wake: () => void = () => undefined;
  let waiting: ((next: R) => void)[] = [];

  const watch = async (): Promise<void> => {
    for (let pauseMs = PAUSE_MIN_MS; ;) {
      const since = Date.now();
      await current.exited;
      if (stopping) return;
      pauseMs = Date.now() - since > HEALTHY_MS ? PAUSE_MIN_MS : Math.min(pauseMs * 2, PAUSE_MAX_MS);
      say(`${name} (process ${current.pid}) ended. Starting another…`);
      const next = await again(pauseMs);
      if (!next) return;
      current = next;
      say(`${name} is up again (process ${next.pid}).`);
      for (const resolve of waiting) resolve(next);
      waiting = [];
    }
  };

  const again = async (pauseMs: number): Promise<R | undefined> => {
    while (!stopping) {
      try {
        return await start();
      } catch (error) {
        say(`${name} did not start: ${error instanceof Error ? error.message : String(error)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, pauseMs);
        });
        pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS);
      }
    }
    return undefined;
  };

  const watched = watch();
  return {
    now: () => current,
    replaced: () => new Promise((resolve) => waiting.push(resolve)),
    async stop() {
      stopping = true;
      wake();
      await current.stop();
      await watched;
      await current.stop(); // one that was just being started
    },
  };
}
