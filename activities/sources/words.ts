/**
 * The words of a text, the same wherever texts are searched: in any script, in one spelling for what is written in several ways
 * (NFC and NFD, wide letters, capitals), with what tells C++ and C# from C, and with the sign of a number.
 */

/** Characters of scripts that put no spaces between words, or, like Korean, put endings behind them. */
const JOINED_SCRIPTS =
  '\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Hang}\\p{sc=Bopo}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}\\p{sc=Tibt}\\p{sc=Java}';
const LETTERS = '\\p{L}\\p{M}\\p{N}';
/** A character of such a script. */
const JOINED = `[[${JOINED_SCRIPTS}]&&[${LETTERS}]]`;
/** A character of any other word. */
const SPACED = `[[${LETTERS}]--[${JOINED_SCRIPTS}]]`;
/** In this order: text without spaces; a number with its sign, a word, or several that a dot or an apostrophe joins. */
const TOKEN = new RegExp(
  `${JOINED}+|(?:(?<![${LETTERS}\\)\\]_.+\\-])[+＋\\-−－](?=\\p{Nd}))?${SPACED}+(?:[.'’]${SPACED}+)*(?:[+＋]{2}|[#＃♯](?![\\p{L}\\p{N}]))?`,
  'gv',
);
const IS_JOINED = new RegExp(JOINED, 'v');
/** Such a text has one spelling but for its capitals. Most words are such. */
const IS_ASCII = /^\p{ASCII}*$/u;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The text in the one spelling in which texts are compared. */
export function folded(text: string): string {
  if (IS_ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKC')
    .replace(/\u0E4D\u0E32/g, '\u0E33') // of Thai and Lao it takes letters apart that their dictionaries have as one
    .replace(/\u0ECD\u0EB2/g, '\u0EB3')
    .toLowerCase()
    .replace(/[−’ς♯]/g, (letter) => SAME[letter] ?? letter);
}
const SAME: Readonly<Record<string, string>> = { '−': '-', '’': "'", ς: 'σ', '♯': '#' };

/**
 * The words of a text that someone wrote to be searched for, in order.
 *
 * @param text - a short one: a long text without spaces takes minutes
 */
export function wordsOf(text: string): string[] {
  return [...tokensOf(text)].flatMap(({ word }) =>
    IS_JOINED.test(word)
      ? [...segmenter.segment(word)].flatMap(({ isWordLike, segment }) => (isWordLike === true ? [segment] : []))
      : [word],
  );
}

/** The words of a text of any length, one space apart, so that two texts can be compared whatever stands between their words. */
export function spelledOut(text: string): string {
  return Array.from(tokensOf(text), ({ word }) => word).join(' ');
}

/** A text in which words are looked for. */
export interface Searched {
  /** How often the text has the word. */
  times(word: string): number;
}

/**
 * Counts the words of a text, of any length. A word of a script without spaces is found inside of others, since nobody can tell
 * where those end; any other word is found whole, or where a dot or an apostrophe joins it to others.
 */
export function searchedText(text: string): Searched {
  const counts = new Map<string, number>();
  const runs: string[] = [];
  const count = (word: string): unknown => counts.set(word, (counts.get(word) ?? 0) + 1);
  for (const { word } of tokensOf(text)) {
    if (IS_JOINED.test(word)) runs.push(word);
    else {
      count(word);
      partsOf(word).forEach(count);
      if (word.startsWith('+')) count(word.slice(1));
    }
  }
  const joined = runs.join(' ');
  return { times: (word) => (IS_JOINED.test(word) ? joined.split(word).length - 1 : (counts.get(word) ?? 0)) };
}

/** Where the first of the words begins; undefined when the text has none of them. */
export function placeOf(words: readonly string[], text: string): number | undefined {
  const whole = new Set(words);
  const inside = words.filter((word) => IS_JOINED.test(word));
  for (const { word, at } of tokensOf(text)) {
    const isOne = whole.has(word) || partsOf(word).some((part) => whole.has(part));
    if (isOne) return at;
    const place = Math.min(...inside.map((each) => word.indexOf(each)).filter((each) => each >= 0));
    if (Number.isFinite(place)) return at + place;
  }
  return undefined;
}

interface Token {
  readonly word: string;
  /** Where it begins. */
  readonly at: number;
}

function* tokensOf(text: string): Generator<Token> {
  for (const { 0: token, index } of text.matchAll(TOKEN)) yield { word: folded(token), at: index };
}

/** The words that a dot or an apostrophe joins. A number has none: who looks for 14 does not mean 3.14. */
function partsOf(word: string): string[] {
  return /[.']/.test(word) && !/^[-+]?[\p{N}.]+$/u.test(word) ? word.split(/[.']/) : [];
}
