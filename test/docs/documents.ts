/** The documents of this repository, read line by line for their tests. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../cli/root';

/** A line of text, and where it comes from, such as `docs/authoring.md:12`. */
export interface Line {
  readonly text: string;
  readonly at: string;
}

/** A fenced block without its fences. */
export interface Block {
  readonly language: string;
  readonly lines: readonly Line[];
}

const docs = readdirSync(join(packageRoot(), 'docs')).filter((name) => name.endsWith('.md'));
export const documents: readonly string[] = ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => `docs/${name}`)];

/** Reads a file of the repository. */
export function linesOf(path: string): readonly Line[] {
  const text = readFileSync(join(packageRoot(), path), 'utf8');
  return text.split('\n').map((line, n) => ({ text: line, at: `${path}:${n + 1}` }));
}

/** The fenced blocks of a document, from top to bottom. */
export function blocksOf(document: string): readonly Block[] {
  const blocks: Block[] = [];
  let lines: Line[] | undefined;
  for (const line of linesOf(document)) {
    const [, language] = /^```(\w*)$/.exec(line.text) ?? [];
    if (language === undefined) {
      lines?.push(line);
    } else if (lines) {
      lines = undefined;
    } else {
      lines = [];
      blocks.push({ language, lines });
    }
  }
  return blocks;
}
