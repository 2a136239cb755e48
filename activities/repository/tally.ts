/**
 * Counts by key in bounded memory: the keys come from a repository, which may have any number of them. Counts are exact until
 * the tally is full. Whenever it is, the rarer half of the keys is dropped, so that the frequent ones stay.
 */

export interface Tally {
  /** Adds to the count of a key. */
  add(key: string, by?: number): void;
  /** How many different keys were added; once some had to be dropped, a lower bound. */
  size(): number;
  /** The `count` most frequent keys, most frequent first; equal ones in alphabetical order. */
  top(count: number): readonly (readonly [key: string, count: number])[];
}

/** @param capacity - most keys held at once */
export function createTally(capacity = 100_000): Tally {
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
    // Dropped keys cannot be added up, since one that comes back would count twice. But so many were held at one time.
    size: () => (dropped === 0 ? counts.size : Math.max(counts.size, capacity)),
    top: (count) => sorted().slice(0, count),
  };
}
