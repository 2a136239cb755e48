/** Makes text from outside safe to show: limited in length, and without characters that hide, reverse or control text. */
import { excerpt } from '../../workflows/excerpt';

/** The joiners (U+200C, U+200D) are invisible, too, but they stay: Persian and Hindi are misspelt without them. */
const INVISIBLE = /(?![\u200C\u200D\n])[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu;

/** How much of a text is looked at when one line of it is wanted, characters. */
const LONGEST = 20_000;

/** The text on one line of at most `max` characters. */
export function lineOf(text: string, max: number): string {
  return cut(clean(text.slice(0, LONGEST)).replace(/\s+/g, ' ').trim(), max);
}

/** The text in its own lines, without empty ones. */
export function linesOf(text: string): string {
  return clean(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim();
}

/** The text, or its beginning and an ellipsis when it has more than `max` characters. */
export function cut(text: string, max: number): string {
  return text.length <= max ? text : `${excerpt(text, max - 1)}…`;
}

function clean(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replace(/[\v\f\r\u2028\u2029]/g, '\n')
    .replace(INVISIBLE, '');
}
