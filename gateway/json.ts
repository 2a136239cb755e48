/** JSON values of which nothing is known yet. */

/** Whether it is an object that is no array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The record under `name`; an empty one where there is none. */
export function recordIn(record: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const inner = record[name];
  return isRecord(inner) ? inner : {};
}

/** Data as indented JSON, for a reader. */
export function json(value: unknown): string {
  return wellFormed(JSON.stringify(value ?? null, null, 2));
}

/** A pair of backslashes, which begins no escape; or the escape of half a character (a lone surrogate), in lower case. */
const HALVES = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;

/**
 * JSON as every reader takes it. Half of an emoji, whoever wrote it, is one for which strict readers throw away the whole text; it is
 * replaced by U+FFFD, in values and in names.
 *
 * @param text - written by `JSON.stringify`, which escapes halves and leaves whole characters as they are
 */
export function wellFormed(text: string): string {
  if (!text.includes('\\ud')) return text; // as nearly all are
  return text.replace(HALVES, (found) => (found === '\\\\' ? found : '\uFFFD'));
}
