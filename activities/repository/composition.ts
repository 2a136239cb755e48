/** Adds up the files of a repository by language, and decides which language a file name means where several claim it. */
import type { Inventory } from '../../workflows/analyze-repository/tool';
import type { Candidates, Languages } from './languages';

interface Count {
  files: number;
  bytes: number;
  lines: number;
}

export interface Composition {
  /** Adds a file, or more about a file, to its language. */
  add(path: string, count: Partial<Count>): void;
  /** The languages, most bytes first. `lines` is null for all of them when lines were not counted. */
  result(linesCounted: boolean): Inventory['languages'];
}

/** Memory is bounded: at most one count for each entry of the language tables, however many files there are. */
export function createComposition(languages: Languages): Composition {
  const counts = new Map<Candidates, Count>();
  return {
    add: (path, { files = 0, bytes = 0, lines = 0 }) => {
      const candidates = languages.of(path);
      if (candidates === undefined) return;
      const count = counts.get(candidates) ?? { files: 0, bytes: 0, lines: 0 };
      counts.set(candidates, { files: count.files + files, bytes: count.bytes + bytes, lines: count.lines + lines });
    },
    result: (linesCounted) => {
      const sums = new Map<string, Count>();
      const add = (language: string, { files, bytes, lines }: Count) => {
        const sum = sums.get(language) ?? { files: 0, bytes: 0, lines: 0 };
        sums.set(language, { files: sum.files + files, bytes: sum.bytes + bytes, lines: sum.lines + lines });
      };
      const doubtful: [Candidates, Count][] = [];
      for (const [candidates, count] of counts) {
        const [only] = candidates;
        if (only !== undefined && candidates.length === 1) add(only, count);
        else doubtful.push([candidates, count]);
      }
      // A doubtful name takes the candidate with most bytes in certain files: `.h` is C++ where most certain files are C++.
      const certain = new Map([...sums].map(([language, { bytes }]) => [language, bytes]));
      for (const [candidates, count] of doubtful) {
        const [likeliest] = [...candidates].sort((a, b) => (certain.get(b) ?? 0) - (certain.get(a) ?? 0));
        if (likeliest !== undefined) add(likeliest, count);
      }
      return [...sums]
        .map(([name, { lines, ...sum }]) => ({
          name,
          kind: languages.kindOf(name),
          ...sum,
          lines: linesCounted ? lines : null,
        }))
        .filter(({ files }) => files > 0)
        .sort((a, b) => b.bytes - a.bytes || b.files - a.files);
    },
  };
}
