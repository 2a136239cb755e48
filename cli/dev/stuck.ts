/** Says which jobs a worker cannot go on with: once each, however often it tries. */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Say } from '../say';

/** How many are remembered. One of more is said again. */
const REMEMBERED = 1_000;

/** What is needed of a `ChildProcess`. */
interface Heard {
  on(event: 'message', hear: (said: unknown) => void): unknown;
}

const Stuck = z.object({ stuck: z.string() });

/** @param say - told what the worker says of a job */
export function watchStuck(child: Heard, say: Say): void {
  const said = new LRUCache<string, true>({ max: REMEMBERED });
  child.on('message', (message) => {
    const stuck = Stuck.safeParse(message).data?.stuck;
    if (stuck === undefined || said.has(stuck)) return;
    said.set(stuck, true);
    say(stuck);
  });
}
