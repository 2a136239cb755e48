/** Where files went that were moved without a change, so that a file keeps the commits of its earlier names. */
import { copyOf } from './tally';

/** Most moves held, and most characters of their paths together: a commit may move any number of files. */
const MOST = 50_000;
const MOST_CHARACTERS = 8 * 1_024 ** 2;

export interface Moves {
  /** Adds a move. The newest comes first. */
  add(from: string, to: string): void;
  /** The paths that something was moved from. */
  sources(): ReadonlySet<string>;
  /**
   * Where those went that are gone.
   *
   * @param gone - those of the sources that the commit does not have: at another one there is a file of its own by now
   */
  followed(gone: ReadonlySet<string>): Iterable<readonly [path: string, target: string]>;
}

export function createMoves(): Moves {
  const targets = new Map<string, string>();
  let characters = 0;
  return {
    add(from, to) {
      if (targets.has(from) || targets.size >= MOST || characters >= MOST_CHARACTERS) return;
      targets.set(copyOf(from), copyOf(to));
      characters += from.length + to.length;
    },
    sources: () => new Set(targets.keys()),
    *followed(gone) {
      const ends = new Map<string, string>();
      for (const path of gone) {
        const passed = new Set<string>();
        let at = path;
        for (
          let next = targets.get(at);
          next !== undefined && gone.has(at) && !passed.has(at);
          next = targets.get(at)
        ) {
          passed.add(at);
          at = ends.get(next) ?? next;
        }
        for (const one of passed) ends.set(one, at);
        if (at !== path) yield [path, at];
      }
    },
  };
}
