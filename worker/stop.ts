/** How a worker is stopped from outside: the first signal lets its steps come to their end, the second one does not wait for them. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { RunningWorker } from './worker';

/** What a shell says of a process that was ended by Ctrl-C. */
const INTERRUPTED = 130;

/** A supervisor that ends everything has less time than one that replaces a worker: its steps have so many seconds from now. */
const Drain = z.object({ drain: z.number() });

/**
 * Stops the worker at the first SIGTERM or SIGINT, and ends the process at the second, whichever it is. A message of its supervisor may
 * shorten the time that its steps have.
 *
 * @param drainMs - how long the steps under way have
 */
export function stopOnSignal(
  { stop, withdraw }: Pick<RunningWorker, 'stop' | 'withdraw'>,
  drainMs: number,
  log: Logger,
): void {
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
  process.on('message', (message) => {
    const { drain } = Drain.safeParse(message).data ?? {};
    if (drain !== undefined) setTimeout(withdraw, drain * 1000).unref();
  });
}
