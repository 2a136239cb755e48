/**
 * What the `.gitattributes` of a repository say about its languages, for GitHub: `linguist-language`, `-vendored`, `-generated`,
 * `-documentation`, `-detectable`. A stranger wrote the patterns: each is matched in a time that grows with its length.
 */

/** The attributes that are read, of one file. Absent: not said. */
export interface Attributes {
  readonly language?: string | undefined;
  readonly vendored?: boolean | undefined;
  /** Whether it is said to be generated, documentation, or nothing that counts. */
  readonly leftOut: boolean;
}

export interface AttributesFile {
  /** The folder that it is in, such as `a/b/`; empty for the root. */
  readonly folder: string;
  readonly text: string;
}

type Value = string | boolean | undefined;
type Match<T> = (item: T) => boolean;
type Part<T> = Match<T> | null;

interface Rule {
  readonly folder: string;
  readonly fits: Match<string>;
  readonly values: ReadonlyMap<string, Value>;
}

/** Most lines that are kept: each is matched against each file. */
const MAX_RULES = 200;
/** Longest pattern, characters. */
const MAX_PATTERN = 200;
/** Stands for any number of items. */
const STAR = null;

/** @param files - those of folders further up come first, and those further down win */
export function attributesOf(files: readonly AttributesFile[]): (path: string) => Attributes {
  const rules = files.flatMap(rulesIn).slice(0, MAX_RULES);
  return (path) => {
    const values = new Map<string, Value>();
    for (const rule of rules) {
      if (path.startsWith(rule.folder) && rule.fits(path.slice(rule.folder.length)))
        for (const [name, value] of rule.values) values.set(name, value);
    }
    const [language, vendored] = [values.get('language'), values.get('vendored')];
    return {
      ...(typeof language === 'string' && { language }),
      ...(typeof vendored === 'boolean' && { vendored }),
      leftOut:
        values.get('generated') === true || values.get('documentation') === true || values.get('detectable') === false,
    };
  };
}

/** What the files say of each path. Run it in a thread, with a limit of time: strangers wrote patterns and paths. */
export function attributesIn({
  files,
  paths,
}: {
  files: readonly AttributesFile[];
  paths: readonly string[];
}): Attributes[] {
  return paths.map(attributesOf(files));
}

/** Whether a file may say something of languages. */
export const saysSomething = ({ text }: AttributesFile): boolean => text.includes('linguist-');

function rulesIn({ folder, text }: AttributesFile): Rule[] {
  return text.split('\n').flatMap((line) => {
    const [pattern = '', ...words] = line.trim().split(/\s+/);
    const values = new Map(words.flatMap(valueOf));
    const isRead = values.size > 0 && pattern.length <= MAX_PATTERN && !/^(?:#|"|!|\[attr\])/.test(pattern);
    return isRead ? [{ folder, fits: matchOf(pattern), values }] : [];
  });
}

/** Reads `linguist-x`, `-linguist-x`, `!linguist-x` or `linguist-x=value`. */
function valueOf(word: string): [string, Value][] {
  const [, sign = '', name, value] = /^([-!]?)linguist-(\w+)(?:=(.*))?$/.exec(word) ?? [];
  if (name === undefined) return [];
  if (sign !== '') return [[name, sign === '-' ? false : undefined]];
  return [[name, value === 'false' ? false : value === undefined || value === 'true' ? true : value]];
}

/** As in .gitignore: a pattern without a slash is that of a name in any folder, `**` stands for any folders. */
function matchOf(pattern: string): Match<string> {
  const segments = pattern.replace(/^\//, '').split('/');
  const parts = segments.map((segment): Part<string> => (segment === '**' ? STAR : segmentOf(segment)));
  const whole = pattern.includes('/') ? parts : [STAR, ...parts];
  return (path) => fits(whole, path.split('/'));
}

function segmentOf(segment: string): Match<string> {
  const parts = (segment.match(/\\.|\[[!^]?\]?[^\]]*\]|./gsu) ?? []).map((token): Part<string> => {
    if (token === '*') return STAR;
    if (token === '?') return () => true;
    if (token.length > 2 && token.startsWith('[')) return setOf(token.slice(1, -1));
    const literal = token.replace(/^\\(?=.)/su, '');
    return (character) => character === literal;
  });
  return (name) => fits(parts, Array.from(name));
}

function setOf(inner: string): Match<string> {
  const isNot = /^[!^]/.test(inner);
  const ranges = [...inner.slice(isNot ? 1 : 0).matchAll(/(.)-(.)|(.)/gsu)].map(
    ([, from, to, one = '']) => [from ?? one, to ?? one] as const,
  );
  return (character) => ranges.some(([from, to]) => from <= character && character <= to) !== isNot;
}

/** Whether the items fit the parts one by one. After a dead end only the last star takes one more: the time is a product. */
function fits<T>(parts: readonly Part<T>[], items: readonly T[]): boolean {
  let [part, item, star, from] = [0, 0, -1, 0];
  while (item < items.length) {
    const present = parts[part];
    if (present === STAR) [star, from, part] = [part, item, part + 1];
    else if (present?.(items[item] as T)) [part, item] = [part + 1, item + 1];
    else if (star === -1) return false;
    else [part, from, item] = [star + 1, from + 1, from + 1];
  }
  return parts.slice(part).every((rest) => rest === STAR);
}
