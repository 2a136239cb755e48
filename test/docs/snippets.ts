/** The TypeScript of a document, put together into the files that its comments name. */
import { blocksOf, linesOf } from './documents';
import type { Line } from './documents';

/** Files by their paths in the repository. */
export type Files = Map<string, readonly Line[]>;

/** Where lines go that belong `in a workflow`, and in no file by name. */
export const EXCERPT = 'workflows/excerpt/workflow.ts';

const SAYS_WHERE = /^\s*\/\/ (?:([\w./-]+\.ts)|in a workflow)$/;

/**
 * Adds what `document` shows to `files`. A block of `ts` has whole files, or an excerpt. A block of `diff` has changes to
 * files of the repository, each line behind two characters of which the first is `+`, `-` or a space.
 *
 * @throws Error that says where, when lines do not say where they belong, show a file again, or change what is not there
 */
export function addSnippets(files: Files, document: string): void {
  const whole = new Set<string>();
  for (const { language, lines } of blocksOf(document)) {
    if (language !== 'ts' && language !== 'diff') continue;
    for (const { path, at, part } of partsOf(lines)) {
      if (language === 'diff') {
        files.set(path, changed(files.get(path) ?? linesOf(path), part));
        continue;
      }
      if (whole.has(path)) throw new Error(`${at}: ${path} is shown a second time; only one would be compiled.`);
      whole.add(path);
      files.set(path, part);
    }
  }
}

interface Part {
  readonly path: string;
  readonly at: string;
  readonly part: readonly Line[];
}

function partsOf(lines: readonly Line[]): readonly Part[] {
  const parts: Part[] = [];
  let part: Line[] | undefined;
  for (const line of lines) {
    const says = SAYS_WHERE.exec(line.text);
    if (says) parts.push({ path: says[1] ?? EXCERPT, at: line.at, part: (part = []) });
    else if (part) part.push(line);
    else throw new Error(`${line.at}: a comment must say first where this belongs.`);
  }
  return parts;
}

/** Applies a diff. What it keeps or takes out is looked for from top to bottom; what it adds comes right after that. */
function changed(file: readonly Line[], diff: readonly Line[]): readonly Line[] {
  const result = [...file];
  let next = 0;
  for (const { text, at } of diff.filter((line) => line.text !== '')) {
    const wanted = text.slice(2);
    if (text.startsWith('+')) {
      result.splice(next, 0, { text: wanted, at });
      next += 1;
      continue;
    }
    const found = result.findIndex((line, n) => n >= next && line.text === wanted);
    if (found < 0) throw new Error(`${at}: the file has no such line.`);
    if (text.startsWith('-')) result.splice(found, 1);
    next = text.startsWith('-') ? found : found + 1;
  }
  return result;
}
