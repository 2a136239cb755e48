/** Decides by its contents which of several languages a file is in, by the rules of GitHub's linguist. Runs in a thread. */

/** All conditions must hold; of the patterns of one, any. A rule without conditions is a guess, and no rule here. */
export interface Rule {
  readonly language: string;
  readonly conditions: readonly { readonly patterns: readonly string[]; readonly negative: boolean }[];
}

export interface Doubt {
  readonly rules: readonly Rule[];
  /** The beginning of the file. */
  readonly text: string;
}

/**
 * Decides each doubt. Run it in a thread, with a limit of time: strangers wrote the texts, and some patterns take very long.
 *
 * @returns the language of the first rule that holds; undefined where none does
 */
export function decide(doubts: readonly Doubt[]): (string | undefined)[] {
  const known = new Map<string, RegExp | undefined>();
  const compiled = (pattern: string) => {
    if (!known.has(pattern)) known.set(pattern, regExpOf(pattern));
    return known.get(pattern);
  };
  return doubts.map(
    ({ rules, text }) =>
      rules.find(({ conditions }) =>
        conditions.every(
          ({ patterns, negative }) =>
            patterns.some((pattern) => compiled(pattern)?.test(text) ?? negative) !== negative,
        ),
      )?.language,
  );
}

/** A pattern of Ruby as one of JavaScript; undefined when it uses what JavaScript does not have. */
export function regExpOf(pattern: string): RegExp | undefined {
  if (/\(\?[a-z]*x|\\g</.test(pattern)) return undefined;
  const flags = new Set('m'); // in Ruby ^ and $ are those of lines
  const source = pattern
    .replace(/\(\?([im]*)(?:-[im]+)?([:)])/g, (_, on: string, end: string) => {
      if (on.includes('i')) flags.add('i'); // for the whole pattern: JavaScript has no flags for a part of it
      if (on.includes('m')) flags.add('s');
      return end === ')' ? '' : '(?:';
    })
    .replace(/\(\?>/g, '(?:')
    .replace(/([*+?}])\+/g, '$1')
    .replace(/\\A/g, '(?<![\\s\\S])')
    .replace(/\\[zZ]/g, '(?![\\s\\S])');
  try {
    return new RegExp(source, [...flags].join(''));
  } catch {
    return undefined;
  }
}
