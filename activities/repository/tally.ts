/**
 * Counts by key in bounded memory: the keys come from a repository, which may have any number of them. Counts are exact until
 * the tally is full. Whenever it is, the rarer half of the keys is dropped, so that the frequent ones stay.
 */
import { head } from '../../workflows/cut';

/** Most characters of all keys together: a path may have thousands. */
const MOST_CHARACTERS = 16 * 1_024 ** 2;

export interface Tally {
  /** Adds to the count of a key. */
  add(key: string, by?: number): void;
  /** Adds the count of one key to that of another, and forgets the first. */
  move(from: string, to: string): void;
  /** How many different keys were added; once some had to be dropped, a lower bound. */
  size(): number;
  /** The `count` most frequent keys, most frequent first; equal ones as they came. */
  top(count: number): readonly (readonly [key: string, count: number])[];
}

/** @param capacity - most keys held at once */
export function createTally(capacity = 100_000): Tally {
  let counts = new Map<string, number>();
  let characters = 0;
  /** Most keys that were held at one time. */
  let most = 0;
  // By number alone: to compare 100,000 long paths that begin alike holds the event loop for seconds.
  const sorted = (): [string, number][] => [...counts].sort(([, m], [, n]) => n - m);
  const add: Tally['add'] = (key, by = 1) => {
    const before = counts.get(key);
    counts.set(before === undefined ? copyOf(key) : key, (before ?? 0) + by);
    if (before === undefined) characters += key.length;
    most = Math.max(most, Math.min(counts.size, capacity));
    if (counts.size <= capacity && characters <= MOST_CHARACTERS) return;
    counts = new Map(sorted().slice(0, Math.floor(counts.size / 2)));
    characters = [...counts.keys()].reduce((sum, { length }) => sum + length, 0);
  };
  return {
    add,
    move: (from, to) => {
      const count = counts.get(from);
      if (count === undefined) return;
      counts.delete(from);
      characters -= from.length;
      add(to, count);
    },
    // Dropped keys cannot be added up, since one that comes back would count twice. But so many were held at one time.
    size: () => most,
    top: (count) => sorted().slice(0, count),
  };
}

/** The beginning of a text as a text of its own: for as long as a part of a record is held, V8 holds all of the record. */
export function copyOf(text: string, max = text.length): string {
  return Buffer.from(head(text, max)).toString();
}
