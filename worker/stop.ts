/** How a worker is stopped from outside: the first signal lets its steps come to their end, the second one does not wait for them. */
import type { Logger } from 'pino';

/** What a shell says of a process that was ended by Ctrl-C. */
const INTERRUPTED = 130;

/**
 * Stops the worker at the first SIGTERM or SIGINT, and ends the process at the second, whichever it is.
 *
 * @param drainMs - how long the steps under way have
 */
export function stopOnSignal(stop: () => void, drainMs: number, log: Logger): void {
  let told = false;
  const onSignal = (): void => {
    if (told) process.exit(INTERRUPTED);
    told = true;
    log.info(
      `stopping: the steps under way have ${drainMs / 1000} s to come to their end; a second signal ends them now`,
    );
    stop();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}
