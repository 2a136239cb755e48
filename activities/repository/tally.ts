/**
 * Counts by key in bounded memory: the keys come from a repository, which may have any number of them. Exact until it is
 * full; from then on the rarest half is dropped each time, so that what is common stays and only the tail is lost.
 */

export interface Tally {
  /** Adds to the count of a key. */
  readonly add: (key: string, by?: number) => void;
  /** Keys seen; at least, when some had to be dropped. */
  readonly size: () => number;
  /** The most frequent keys, most frequent first; equals in the order of the alphabet. */
  readonly top: (count: number) => readonly (readonly [key: string, count: number])[];
}

/** @param capacity - most keys held at once */
export function tally(capacity = 100_000): Tally {
  let counts = new Map<string, number>();
  let dropped = 0;
  const sorted = (): [string, number][] => [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : a > b ? 1 : 0));
  return {
    add: (key, by = 1) => {
      counts.set(key, (counts.get(key) ?? 0) + by);
      if (counts.size <= capacity) return;
      const kept = sorted().slice(0, capacity / 2);
      dropped += counts.size - kept.length;
      counts = new Map(kept);
    },
    // A dropped key that comes back would be counted twice, hence no more than "at least": what is held, or was at once.
    size: () => (dropped === 0 ? counts.size : Math.max(counts.size, capacity)),
    top: (count) => sorted().slice(0, count),
  };
}
