/** How long a caller waits for a request. */
import { EgressError } from './error';

/**
 * Runs `work` until it settles, its time is over, or the caller cancels it.
 *
 * @param timeoutMs - longest duration, milliseconds
 * @param signal - the caller's
 * @param work - gets a signal that is aborted when nobody waits for it any more
 * @throws EgressError `timeout` or `cancelled`, and what `work` throws
 */
export async function withDeadline<R>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const end = new AbortController();
  let stop: (reason: 'timeout' | 'cancelled') => void = () => undefined;
  // Settles at once, however long `work` takes to heed its signal.
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = (reason) => {
      reject(new EgressError(reason));
      end.abort();
    };
  });
  const cancel = (): void => stop('cancelled');
  const timer = setTimeout(() => stop('timeout'), timeoutMs);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await Promise.race([stopped, work(end.signal)]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}
