/** How deep JSON is, told from its bytes, before anything is made of it. */

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [LF, CR] = [0x0a, 0x0d];
const [LIST, LIST_END, RECORD, RECORD_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Lists and records in one another that a message of an upstream may have. */
export const DEPTH_MAX = 64;

/** Whether JSON, or that in an event, is nested deeper than {@link DEPTH_MAX}. */
export function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === LIST || byte === RECORD) {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if (byte === LIST_END || byte === RECORD_END) depth -= 1;
  }
  return false;
}

/**
 * Where the string that begins at `from` ends: at its quote, or with the text. Or with its line, since no string of JSON goes on behind it:
 * a quote in the comment of an event would hide what comes next.
 */
function endOfString(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE || byte === LF || byte === CR) return at;
    if (byte === BACKSLASH) at += 1;
  }
  return at;
}
