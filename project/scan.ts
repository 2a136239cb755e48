/**
 * Which steps a workflow asks for, as its source says. JavaScript has no types that would tell, and neither does a build that does not
 * check them. What is asked for in other ways than these is told by the job itself, when it runs.
 */

/** A step that is asked for, and the line of that. */
export interface Asked {
  readonly step: string;
  readonly line: number;
}

const DESTRUCTURED = /(?:const|let|var)\s*\{([^}]*)\}\s*=\s*[\w$]+\.steps\s*\(/g;
const NAMED = /(?:const|let|var)\s+([\w$]+)\s*=\s*[\w$]+\.steps\s*\(/g;
const DIRECT = /\bjob\.steps\s*\([^()]*\)\s*\.\s*([\w$]+)/g;

export function stepsAskedFor(source: string): readonly Asked[] {
  const text = withoutComments(source);
  const lineAt = (index: number): number => text.slice(0, index).split('\n').length;
  const destructured = [...text.matchAll(DESTRUCTURED)].flatMap((match) =>
    [...(match[1] ?? '').matchAll(/(?:^|,)\s*([\w$]+)/g)].map((name) => ({
      step: name[1] ?? '',
      line: lineAt(match.index + match[0].indexOf(name[1] ?? '', 1)),
    })),
  );
  const named = [...text.matchAll(NAMED)].flatMap(([, variable = '']) =>
    [...text.matchAll(new RegExp(`(?<![\\w$.])${variable.replaceAll('$', '\\$')}\\.([\\w$]+)`, 'g'))].map((use) => ({
      step: use[1] ?? '',
      line: lineAt(use.index),
    })),
  );
  const direct = [...text.matchAll(DIRECT)].map((use) => ({ step: use[1] ?? '', line: lineAt(use.index) }));
  return [...destructured, ...named, ...direct];
}

const EXPORTED_FUNCTION = /^\s*export\s+(?:async\s+)?function\s+([\p{L}\p{N}_$]+)/u;
const EXPORTED_ARROW = /^\s*export\s+(?:const|let|var)\s+([\p{L}\p{N}_$]+)\s*=\s*(?:async\b|\(|function\b)/u;

/** The exports of a file that are functions as they are written, and so made by no `step()`; each with its line. */
export function plainFunctions(source: string): Map<string, number> {
  const lines = withoutComments(source).split('\n');
  return new Map(
    lines.flatMap((text, at) => {
      const name = (EXPORTED_FUNCTION.exec(text) ?? EXPORTED_ARROW.exec(text))?.[1];
      return name === undefined ? [] : [[name, at + 1] as const];
    }),
  );
}

/** Comments as blanks, so that lines keep their numbers. */
export const withoutComments = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
