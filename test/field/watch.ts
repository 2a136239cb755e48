/** How long the event loop is held, and how much memory this process has, while something runs. */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often it is looked, milliseconds. */
const EVERY_MS = 5;
/** How many looks go by between two at the memory. */
const MEMORY_EVERY = 10;

export interface Seen {
  /** The longest that this thread computed without giving the loop its turn, milliseconds. What others do on the machine does not count. */
  readonly heldMs: number;
  /** The longest that a timer was late, milliseconds: the same, and what the machine did besides. */
  readonly delayMs: number;
  /** Most memory of this process at one time, bytes. */
  readonly peakBytes: number;
}

/** What the main thread has computed, milliseconds. Linux counts it for the thread; elsewhere it is the clock. */
function computed(): number {
  if (process.platform !== 'linux') return performance.now();
  return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ', 1)[0]) / 1e6;
}

/** Begins to watch. */
export function createWatch(): { stop(): Promise<Seen> } {
  const delays = monitorEventLoopDelay({ resolution: EVERY_MS });
  delays.enable();
  let [heldMs, peakBytes, looks, before] = [0, 0, 0, computed()];
  const look = () => {
    const now = computed();
    heldMs = Math.max(heldMs, now - before);
    before = now;
    if (looks++ % MEMORY_EVERY === 0) peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    async stop() {
      await new Promise((resolve) => setTimeout(resolve, 2 * EVERY_MS));
      clearInterval(timer);
      delays.disable();
      return { heldMs, delayMs: delays.max / 1e6, peakBytes };
    },
  };
}
