/** What is wrong with a project: one sentence, and where. */

export interface Mistake {
  /** Relative to the project's folder. */
  readonly file: string;
  /** From 1; absent: the file as a whole. */
  readonly line?: number | undefined;
  readonly sentence: string;
}

/** As compilers and editors have it, so that a terminal leads there. */
export const lineOf = ({ file, line, sentence }: Mistake): string =>
  `${line === undefined ? file : `${file}:${line}`}: ${sentence}`;

/** The first line of `text` that fits, from 1. */
export function lineIn(text: string, pattern: RegExp): number | undefined {
  const at = text.split('\n').findIndex((line) => pattern.test(line));
  return at < 0 ? undefined : at + 1;
}

/** A name in a source, and no other that it is a part of. */
export const wordIn = (name: string): RegExp =>
  new RegExp(`(?<![\\w$])${name.replaceAll(/[^\w]/g, (sign) => `\\${sign}`)}(?![\\w$])`);
