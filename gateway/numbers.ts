/**
 * Numbers that JSON.parse changes. It keeps numbers as doubles, so that of an id such as 725653563933458432 another one comes out,
 * and nobody is told. Such a number is found in the text, and refused.
 */
import { randomUUID } from 'node:crypto';
import { isRecord } from './json';

/** A text without a match holds no such number: it takes sixteen digits, or an exponent, to be beyond what is exact. */
const SUSPECT = /\d{16}|\d[eE]\+?\d/;
/** A string, which is passed over whatever is in it, or a number. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
/** How much of a number, and of where it is, is told. */
const [NUMBER_MAX, PLACE_MAX] = [40, 200];

/**
 * Says which number of a JSON text would be read as another one, where it is, and what to send instead; undefined if none would.
 *
 * @param text - JSON that JSON.parse takes, nested no deeper than the stack allows
 */
export function changedNumberIn(text: string): string | undefined {
  if (!SUSPECT.test(text)) return undefined;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token.startsWith('"') || isKept(token)) continue;
    const number = token.length > NUMBER_MAX ? `${token.slice(0, NUMBER_MAX)}…` : token;
    const place = placeOf(text, index, token.length).slice(0, PLACE_MAX);
    return `The number ${number} ${place} would be read as another one: numbers are doubles here. Send it as a string.`;
  }
  return undefined;
}

/**
 * Whether the number comes out of a double again. Below 2^53 every integer does, and of a fraction no more is lost than anywhere
 * else. Beyond, the digits that JSON.stringify writes have to be the same number: a double may be exact, and be written rounded.
 */
function isKept(literal: string): boolean {
  const value = Number(literal);
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER || decimalOf(literal) === decimalOf(String(value));
}

/** The one form of a decimal that has many: its digits without zeros around them, and where the point stands. */
function decimalOf(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e(.+))?$/i.exec(literal) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const point = digits.length - fraction.length + Number(exponent);
  return `${sign}0.${digits.replace(/(?<!0)0+$/, '')}e${point}`; // without the look-behind, quadratic in zeros
}

/** Where in the parsed text the number at `index` is. */
function placeOf(text: string, index: number, length: number): string {
  const mark = randomUUID();
  const path = pathTo(mark, JSON.parse(`${text.slice(0, index)}"${mark}"${text.slice(index + length)}`));
  // A name that is given twice hides the value that was given first.
  if (path === undefined) return 'under a name that is given twice';
  return path.length === 0 ? 'at the top' : `at ${path.join('.')}`;
}

function pathTo(mark: string, value: unknown): readonly string[] | undefined {
  if (value === mark) return [];
  if (!isRecord(value) && !Array.isArray(value)) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const path = pathTo(mark, inner);
    if (path) return [name, ...path];
  }
  return undefined;
}
