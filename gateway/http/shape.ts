/** How deep and how wide JSON is, told from its bytes: what breaks a limit is refused before anything is made of it. */
import type { GatewayConfig } from '../config';

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [LIST, LIST_END, RECORD, RECORD_END] = [0x5b, 0x5d, 0x7b, 0x7d];
/** The largest of the bytes that may stand between values. */
const SPACE = 0x20;

/** Says which limit a JSON text breaks; undefined if none. For a text that is no JSON it may say either. */
export function limitBrokenIn(
  bytes: Uint8Array,
  { depth: deepest, values: most, batch }: Pick<GatewayConfig['limits'], 'depth' | 'values' | 'batch'>,
): string | undefined {
  let [depth, values, messages] = [0, 0, 0];
  /** Whether the list or record that was opened last has had nothing in it so far. */
  let opened = false;
  let listed = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte <= SPACE) continue;
    const first = opened && byte !== LIST_END && byte !== RECORD_END;
    opened = false;
    if (first || byte === COMMA) {
      if (depth > deepest) return `The request is nested deeper than ${deepest} levels.`;
      if ((values += 1) > most) return `The request holds more than ${most} values.`;
      if (listed && depth === 1 && (messages += 1) > batch) return `A batch may hold ${batch} messages.`;
    }
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === LIST || byte === RECORD) {
      if (depth === 0) listed = byte === LIST;
      depth += 1;
      opened = true;
    } else if (byte === LIST_END || byte === RECORD_END) depth -= 1;
  }
  return undefined;
}

/** Where the string that begins at `from` ends: at its quote, or with the text. */
function endOfString(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
