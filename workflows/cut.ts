/**
 * Where a text may be cut: not inside a character that JavaScript stores as two halves (a surrogate pair), such as an emoji.
 * Strict readers throw away a whole answer for half of one. It imports nothing, so that it can be loaded anywhere.
 */

/** `at`, or the place before it when `at` lies inside a character. Places are counted in UTF-16 units, as `slice` does. */
export function seam(text: string, at: number): number {
  const inside = at > 0 && at < text.length && (text.codePointAt(at - 1) ?? 0) > 0xffff;
  return inside ? at - 1 : at;
}

/** The beginning of a text: at most `max` UTF-16 units of it. */
export function head(text: string, max: number): string {
  return text.slice(0, seam(text, max));
}

/** The end of a text: at most `max` UTF-16 units of it. */
export function tail(text: string, max: number): string {
  const from = Math.max(0, text.length - max);
  return text.slice(seam(text, from) === from ? from : from + 1);
}
