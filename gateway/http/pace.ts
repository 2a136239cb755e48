/** How much each may do: so much at once, and so much a second after that (the generic cell rate algorithm, one number for each). */
import { LRUCache } from 'lru-cache';

/** Whoever is forgotten begins afresh. */
const KNOWN_MAX = 10_000;

export interface Rate {
  readonly perSecond: number;
  /** How much at once. More than that is let through when this much is. */
  readonly burst: number;
}

export interface Pace {
  /** How long until `count` more may be done under this name, milliseconds; 0: they may be done now. */
  waitMs(name: string, count?: number): number;
  /** Counts `count` more as done if they may be done now. Returns what `waitMs` would have. */
  take(name: string, count?: number): number;
}

/** @param rateNow - asked each time: it may change */
export function createPace(rateNow: () => Rate): Pace {
  /** By name: until when all that was done would have taken, had it been done evenly. */
  const even = new LRUCache<string, number>({ max: KNOWN_MAX });

  function ask(name: string, count: number): { readonly wait: number; readonly until: number } {
    const { perSecond, burst } = rateNow();
    const [now, eachMs] = [performance.now(), 1_000 / perSecond];
    const until = Math.max(even.get(name) ?? 0, now) + Math.min(count, burst) * eachMs;
    return { wait: Math.max(0, until - burst * eachMs - now), until };
  }

  return {
    waitMs: (name, count = 1) => ask(name, count).wait,
    take(name, count = 1) {
      const { wait, until } = ask(name, count);
      if (wait === 0) even.set(name, until);
      return wait;
    },
  };
}
