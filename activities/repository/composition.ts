/** Adds up the files of a repository by language, and decides for those whose names and contents tell no single one. */
import type { Inventory } from '../../workflows/analyze-repository/tool';
import type { Claim, Languages } from './languages';

interface Count {
  readonly files: number;
  readonly bytes: number;
  readonly lines: number;
}

export interface Composition {
  /** Adds a file to the languages that claim it. */
  add(claim: Claim, file: { readonly bytes: number; readonly lines: number }): void;
  /** The languages, most bytes first. `lines` is null for all of them when lines were not counted. */
  result(linesCounted: boolean): {
    readonly languages: Inventory['languages'];
    /** Files that count as what is commonest in this repository, or as what linguist takes them for. */
    readonly guessed: number;
    /** Files that count in no language. */
    readonly undecided: number;
  };
}

const NONE: Count = { files: 0, bytes: 0, lines: 0 };
const sumOf = (a: Count, b: Count): Count => ({
  files: a.files + b.files,
  bytes: a.bytes + b.bytes,
  lines: a.lines + b.lines,
});

/** Memory is bounded: at most one count for each entry of the language tables, however many files there are. */
export function createComposition(languages: Languages): Composition {
  const counts = new Map<Claim, Count>();
  return {
    add: (claim, file) => counts.set(claim, sumOf(counts.get(claim) ?? NONE, { files: 1, ...file })),
    result: (linesCounted) => {
      const sums = new Map<string, Count>();
      const add = (language: string, count: Count) => sums.set(language, sumOf(sums.get(language) ?? NONE, count));
      for (const [{ candidates }, count] of counts) if (candidates.length === 1) add(candidates[0] ?? '', count);
      const certain = new Map([...sums].map(([language, { bytes }]) => [language, bytes]));
      let [guessed, undecided] = [0, 0];
      for (const [claim, count] of counts) {
        if (claim.candidates.length === 1) continue;
        const likeliest = commonest(claim.candidates, certain) ?? claim.fallback;
        if (likeliest === undefined) undecided += count.files;
        else {
          guessed += count.files;
          add(likeliest, count);
        }
      }
      return {
        languages: [...sums]
          .map(([name, { lines, ...sum }]) => ({
            name,
            kind: languages.kindOf(name),
            ...sum,
            lines: linesCounted ? lines : null,
          }))
          .sort((a, b) => b.bytes - a.bytes || b.files - a.files),
        guessed,
        undecided,
      };
    },
  };
}

/** The candidate with most bytes in certain files: `.h` is C++ where most of those are C++. Undefined when none has more than others. */
function commonest(candidates: readonly string[], certain: ReadonlyMap<string, number>): string | undefined {
  const bytesOf = (language: string) => certain.get(language) ?? 0;
  const [first = '', second = ''] = [...candidates].sort((a, b) => bytesOf(b) - bytesOf(a));
  return bytesOf(first) > bytesOf(second) ? first : undefined;
}
