/** Makes strangers' text fit to be shown: bounded, and without characters that hide, reverse or control. */

/** The joiners (U+200C, U+200D) are invisible too, but Persian and Hindi are misspelt without them. */
const INVISIBLE = /(?![\u200C\u200D\n])[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu;

/** Of a longer text only this is worked on when one line of it is wanted. */
const LONGEST = 20_000;

/** On one line, cut to a length. */
export function lineOf(text: string, max: number): string {
  return cut(clean(text.slice(0, LONGEST)).replace(/\s+/g, ' ').trim(), max);
}

/** In lines as they are, without empty ones. */
export function linesOf(text: string): string {
  return clean(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim();
}

/** At most `max` characters; of a longer text the end is left out. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`; // half a character is none
}

function clean(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replace(/[\v\f\r\u2028\u2029]/g, '\n')
    .replace(INVISIBLE, '');
}

/** When something was published, ISO 8601; undefined when the text is no date. */
export function dateOf(text: string | null | undefined): string | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The words of a text in lower case: runs of letters and digits. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}
