/** What the compiler and the author's modules throw, as mistakes with their places. */
import type { BuildFailure, Message } from 'esbuild';
import { shown } from './discover';
import type { Project } from './discover';
import type { Mistake } from './mistake';

/** The configuration exports none. */
export class NoConfig extends Error {}

/** Errors of the compiler, each with its place; and what a module threw when it was loaded. */
export function mistakesIn(error: unknown, project: Project): Mistake[] {
  if (isBuildFailure(error) && error.errors.length > 0) return error.errors.map((message) => mistakeOf(message));
  if (error instanceof NoConfig)
    return [{ file: shown(project.root, project.config), line: 1, sentence: error.message }];
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  // The first place of the author's own: maps lead from what was compiled to the sources.
  const [, file, line] =
    stack
      .split('\n')
      .map((text) => /(?:\(|at )(?:file:\/\/)?([^()]+?):(\d+):\d+\)?$/.exec(text))
      .find((found) => found?.[1] !== undefined && isOwn(project, found[1])) ?? [];
  return [
    file === undefined
      ? { file: 'the project', sentence: `It could not be loaded: ${message}` }
      : { file: shown(project.root, pathOf(file)), line: Number(line), sentence: `It could not be loaded: ${message}` },
  ];
}

/** A path in a stack, which may be one of an address. */
const pathOf = (text: string): string => (text.includes('%') ? decodeURIComponent(text) : text);

const isOwn = ({ root }: Project, text: string): boolean =>
  pathOf(text).startsWith(root) && !/node_modules|\.holdfast/.test(text);

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors);

const mistakeOf = ({ text, location }: Message): Mistake => ({
  file: location?.file ?? 'the project',
  line: location?.line,
  sentence: /[.?!]$/.test(text) ? text : `${text}.`,
});
