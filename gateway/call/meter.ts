/** Counts what one caller, or one tenant, has running: what Temporal counted, and what was started here since. */
import { setTimeout as pause } from 'node:timers/promises';

/** How far Temporal's counts may be behind, milliseconds. */
const LAG_MS = 2_000;
/** A count of this age is made again. */
const OLD_MS = 5_000;
/** How often a count may be made again for someone who is over a limit. */
const RECOUNT_MS = 1_000;
/** How long a call waits for a count. */
const PATIENCE_MS = 300;
/** The share of a limit that may be started on old figures. */
const UNCHECKED = 0.1;

export interface Meter {
  /** Takes one of `limit` places and returns what gives it back, to be called once; undefined when none is free. */
  take(limit: number): Promise<(() => void) | undefined>;
}

/** A place that was taken here. */
interface Taken {
  /** When, milliseconds of the clock. */
  readonly at: number;
  /** Whether it was taken before Temporal was last asked, and may be in that count. */
  inCount: boolean;
}

/** @param count - asks Temporal how many run */
export function createMeter(count: () => Promise<number>): Meter {
  let counted = 0;
  let countedAt = 0;
  /** Places taken of late: those that a count may not hold yet. */
  let taken = new Set<Taken>();
  /** When places were given back of late, which a count may still hold. */
  let givenBack: number[] = [];
  /** How many of `taken` came after the last count. */
  let takenSince = 0;
  let counting: Promise<void> | undefined;

  function recount(): Promise<void> {
    const askedAt = Date.now();
    return (counting ??= count()
      .catch(() => 0)
      .then((running) => {
        countedAt = Date.now();
        givenBack = givenBack.filter((at) => at > askedAt - LAG_MS);
        for (const place of taken) place.inCount = place.at <= askedAt;
        taken = new Set([...taken].filter(({ at }) => at > askedAt - LAG_MS));
        takenSince = [...taken].filter(({ inCount }) => !inCount).length;
        counted = Math.max(running - givenBack.length, taken.size - takenSince);
        counting = undefined;
      }));
  }

  /** Takes a place if one is free. Nothing may come between the look and the taking: calls come many at a time. */
  function takeNow(limit: number): (() => void) | undefined {
    if (counted + takenSince >= limit) return undefined;
    const place: Taken = { at: Date.now(), inCount: false };
    taken.add(place);
    takenSince += 1;
    return () => {
      givenBack.push(Date.now());
      taken.delete(place);
      if (place.inCount) counted = Math.max(0, counted - 1);
      else takenSince -= 1;
    };
  }

  return {
    async take(limit) {
      if (Date.now() - countedAt > OLD_MS) {
        const fresh = recount();
        if (takenSince >= limit * UNCHECKED) await soon(fresh);
      }
      const place = takeNow(limit);
      if (place) return place;
      if (Date.now() - countedAt > RECOUNT_MS) await soon(recount());
      return takeNow(limit);
    },
  };
}

const soon = (counting: Promise<void>): Promise<void> =>
  Promise.race([counting, pause(PATIENCE_MS, undefined, { ref: false })]);
