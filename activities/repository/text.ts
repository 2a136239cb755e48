/** Tells text from binary data, counts its lines, and decodes it. UTF-16 with its mark is text, although git calls it binary. */

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'binary';

/** How much of a file is looked at for its encoding, bytes: as much as git looks at. */
const LOOKED_AT = 8_000;

export interface Text {
  add(part: Buffer): void;
  /** Lines up to here, a last one without a line break included; null for binary data. */
  lines(): number | null;
}

/** Counts the lines of a file that arrives in parts, of which only the first 8,000 bytes are held. */
export function createText(): Text {
  let start: Buffer[] | undefined = [];
  let held = 0;
  let encoding: Encoding = 'utf-8';
  let bytes = 0;
  let breaks = 0;
  let lastUnit = 10;
  let half: number | undefined; // first byte of a UTF-16 unit whose second one is in the next part

  const count = (part: Buffer) => {
    if (encoding === 'binary' || part.length === 0) return;
    bytes += part.length;
    if (encoding === 'utf-8') {
      for (let at = part.indexOf(10); at !== -1; at = part.indexOf(10, at + 1)) breaks += 1;
      lastUnit = part.at(-1) ?? lastUnit;
      return;
    }
    for (const byte of part) {
      if (half === undefined) half = byte;
      else {
        lastUnit = encoding === 'utf-16le' ? half + byte * 256 : half * 256 + byte;
        half = undefined;
        if (lastUnit === 10) breaks += 1;
      }
    }
  };
  const decide = () => {
    if (start === undefined) return;
    const all = Buffer.concat(start);
    start = undefined;
    encoding = encodingOf(all);
    count(all);
  };

  return {
    add: (part) => {
      if (start === undefined) return count(part);
      start.push(Buffer.from(part));
      held += part.length;
      if (held >= LOOKED_AT) decide();
    },
    lines: () => {
      decide();
      return encoding === 'binary' ? null : breaks + (bytes > 0 && lastUnit !== 10 ? 1 : 0);
    },
  };
}

/** The text of a file, or of its beginning, without the mark of its encoding. What cannot be decoded becomes U+FFFD. */
export function decoded(bytes: Buffer): string {
  const encoding = encodingOf(bytes);
  return new TextDecoder(encoding === 'binary' ? 'utf-8' : encoding).decode(bytes);
}

function encodingOf(bytes: Buffer): Encoding {
  const start = bytes.subarray(0, LOOKED_AT);
  const marked =
    start[0] === 0xff && start[1] === 0xfe
      ? 'utf-16le'
      : start[0] === 0xfe && start[1] === 0xff
        ? 'utf-16be'
        : undefined;
  if (marked !== undefined && isUtf16(start, marked)) return marked;
  return start.includes(0) ? 'binary' : 'utf-8';
}

function isUtf16(start: Buffer, encoding: 'utf-16le' | 'utf-16be'): boolean {
  try {
    return !new TextDecoder(encoding, { fatal: true }).decode(start, { stream: true }).includes('\0');
  } catch {
    return false;
  }
}
