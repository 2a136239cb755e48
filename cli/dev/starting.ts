/** Watches a process until it is ready: one that never is would hold up whoever waits for it, and outlive its supervisor. */
import type { Say } from '../say';

/** How long a process may take to start before that is told, and before it is ended. */
const SLOW_S = 10;
const DEAD_S = 60;
/** How long it has to get ready once the stack is stopped, milliseconds: it may have taken a step by then, and stops in order when it is. */
const STOP_MS = 5_000;

/** What is needed of a `ChildProcess`. */
interface Watched {
  readonly pid?: number | undefined;
  once(event: 'exit', hear: () => void): unknown;
  kill(signal: 'SIGKILL'): unknown;
}

/**
 * Watches a child that starts. It is ended when it takes too long, when the stack is stopped, and with this process: where its code
 * runs in a circle it would hear of none of these.
 *
 * @param say - told when it takes long, and when it is ended for that
 * @param stopping - fires when the stack is stopped
 * @returns to be called when it is ready
 */
export function watchStart(child: Watched, say: Say, stopping: AbortSignal): () => void {
  let seconds = 0;
  const end = (): void => void child.kill('SIGKILL');
  // Counted, not timed: a machine that sleeps stops this process as well.
  const timer = setInterval(() => {
    seconds += 1;
    if (seconds === SLOW_S)
      say(
        `(process ${child.pid}) is not ready after ${SLOW_S} s: look for a loop, or a wait, at the top of a file, where it runs before any call.`,
      );
    if (seconds !== DEAD_S) return;
    say(`(process ${child.pid}) is not ready after ${DEAD_S} s: it is ended.`);
    end();
  }, 1_000);
  let late: NodeJS.Timeout | undefined;
  const stop = (): void => {
    late = setTimeout(end, STOP_MS);
  };
  const over = (): void => {
    clearInterval(timer);
    clearTimeout(late);
    process.off('exit', end);
    stopping.removeEventListener('abort', stop);
  };
  process.once('exit', end);
  stopping.addEventListener('abort', stop, { once: true });
  child.once('exit', over);
  if (stopping.aborted) stop();
  return over;
}
