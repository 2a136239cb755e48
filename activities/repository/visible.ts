/**
 * Makes text from a repository fit to be shown. Names are chosen by strangers: they may hold terminal escapes, line breaks,
 * characters that reverse or hide text, and thousands of letters. Every such character is replaced by a visible one.
 */
import { head, tail } from '../../workflows/cut';

/** Control characters, invisible formatting (bidirectional, zero-width, tags), lone surrogates, line and paragraph separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Longer texts are first cut to this many UTF-16 units, so that a name of megabytes costs no more than any other. */
const LONGEST = 8_192;

/**
 * The text with every invisible character replaced.
 *
 * @param limit - longest result, UTF-16 units. In a longer text the middle is left out, because the end tells files apart.
 */
export function visible(text: string, limit = 200): string {
  const clean = head(text, LONGEST).replace(INVISIBLE, escapeOf);
  if (clean.length <= limit) return clean;
  const end = Math.floor(limit / 3);
  return `${head(clean, limit - end - 1)}…${tail(clean, end)}`;
}

function escapeOf(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`;
}

/** A number of bytes in words, such as `1.5 GiB`. */
export function sizeOf(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? value : Number(value.toFixed(1))} ${units[unit] ?? ''}`;
}
