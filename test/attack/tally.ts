/** How many attempts a part of the suite made, and which went through. */
export interface Tally {
  /** Counts an attempt. `what` names it where it went through. */
  readonly tried: (what: string, wentThrough: boolean) => void;
  readonly attempts: () => number;
  readonly through: readonly string[];
  /** Adds a line for the reader, which judges nothing. */
  readonly say: (line: string) => void;
  readonly lines: readonly string[];
}

export function createTally(): Tally {
  const through: string[] = [];
  const lines: string[] = [];
  let attempts = 0;
  return {
    tried(what, wentThrough) {
      attempts += 1;
      if (wentThrough) through.push(what);
    },
    attempts: () => attempts,
    through,
    say: (line) => void lines.push(line),
    lines,
  };
}

/**
 * Makes sure that what is honest gets in: a door that is shut to everybody would withstand every attack.
 *
 * @throws Error when it does not
 */
export function mustGetIn(what: string, gotIn: boolean): void {
  if (!gotIn) throw new Error(`${what} is refused, so that refusals prove nothing.`);
}
