/** Notices a worker that says nothing any more, and ends it: it is frozen, or its event loop is held for good. */
import { z } from 'zod';
import type { Say } from '../say';

/** How long a worker may say nothing before that is told, and before it is ended. One that is not frozen ends itself before that. */
const SILENT_S = 10;
const DEAD_S = 45;

/** What is needed of a `ChildProcess`. */
interface Watched {
  readonly pid?: number | undefined;
  on(event: 'message', hear: (said: unknown) => void): unknown;
  once(event: 'exit', hear: () => void): unknown;
  kill(signal: 'SIGKILL'): unknown;
}

const Alive = z.object({ alive: z.literal(true) });

/**
 * Watches a child that says every second that it is alive.
 *
 * @param say - told when it falls silent, when it speaks again, and when it is ended
 * @returns whether it is silent now
 */
export function watchSilence(child: Watched, say: Say): () => boolean {
  let seconds = 0;
  child.on('message', (said) => {
    if (!Alive.safeParse(said).success) return;
    const wasSilent = seconds >= SILENT_S;
    seconds = 0;
    if (wasSilent) say(`(process ${child.pid}) answers again.`);
  });
  // Counted, not timed: a machine that sleeps stops this process as well.
  const timer = setInterval(() => {
    seconds += 1;
    if (seconds === SILENT_S)
      say(`(process ${child.pid}) has not answered for ${SILENT_S} s: it is frozen, or a step holds its event loop.`);
    if (seconds !== DEAD_S) return;
    say(`(process ${child.pid}) has not answered for ${DEAD_S} s: it is ended.`);
    child.kill('SIGKILL');
  }, 1_000);
  child.once('exit', () => clearInterval(timer));
  return () => seconds >= SILENT_S;
}
