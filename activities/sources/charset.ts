/**
 * Turns the bytes of a document into text, by the encoding that it declares: as browsers do, by the mark at its beginning, then
 * the header, then what its format has for that. Prose declares nothing.
 */
import { TextDecoder } from 'node:util';
import { Parser } from 'htmlparser2';
import { decode } from 'iconv-lite';

/** Where a document may declare its encoding. */
export type Format = 'html' | 'xml' | 'json' | 'text';

/** How much of a document is searched for a declaration, bytes. */
const HEAD = 8 * 1_024;
/** Longest label that is looked up, characters. */
const LABEL_MAX = 40;

const IN_HEADER = /;\s*charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;,]+))/i;
const IN_XML = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"'>]*)["']/i;
const IN_META = /\bcharset\s*=\s*["']?\s*([^\s"';,]+)/i;

/** Encodings that browsers know, by their standard names where Node has no decoder, or another one than browsers. */
const BY_ICONV = /^(?:windows|iso-8859|koi8|x-mac|macintosh|ibm866|gb|big5|euc|shift_jis)/;

/**
 * @param contentType - the header. It takes precedence over what the document itself declares, and the mark at the beginning
 *   over both
 */
export function decoded(body: Uint8Array, format: Format, contentType = ''): string {
  const encoding = markOf(body) ?? encodingOf(labelIn(contentType, IN_HEADER)) ?? declaredIn(body, format);
  return encoding === undefined ? undeclared(body, format) : textIn(body, encoding);
}

/** The encoding that a byte order mark tells. */
function markOf([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xff && second === 0xfe ? 'utf-16le' : undefined;
}

function declaredIn(body: Uint8Array, format: Format): string | undefined {
  if (format !== 'html' && format !== 'xml') return undefined;
  const head = Buffer.from(body.subarray(0, HEAD)).toString('latin1');
  const label = labelIn(head, IN_XML) ?? (format === 'html' ? labelInMeta(head) : undefined);
  const encoding = encodingOf(label);
  // It could not have been read if it were so.
  return encoding?.startsWith('utf-16') ? 'utf-8' : encoding;
}

function labelInMeta(head: string): string | undefined {
  const labels: string[] = [];
  const parser = new Parser({
    onopentag(
      name,
      { charset, 'http-equiv': equivalent = '', content = '' }: Readonly<Record<string, string | undefined>>,
    ) {
      if (name !== 'meta') return;
      const told = equivalent.toLowerCase() === 'content-type' ? labelIn(content, IN_META) : undefined;
      labels.push(...[charset ?? told ?? []].flat());
    },
  });
  parser.write(head);
  return labels[0];
}

/** The label in one of the groups of the pattern. */
function labelIn(text: string, pattern: RegExp): string | undefined {
  const groups: readonly (string | undefined)[] = pattern.exec(text) ?? [];
  return groups.slice(1).find((label) => label !== undefined);
}

/** The name of the encoding that browsers take for the label; undefined for one that they do not know. */
function encodingOf(label: string | undefined): string | undefined {
  const given = label?.trim().toLowerCase() ?? '';
  if (given === '' || given.length > LABEL_MAX) return undefined;
  if (given === 'iso-8859-16') return given; // Node has no decoder, and so no name for it
  if (given === 'x-user-defined') return 'windows-1252';
  try {
    return new TextDecoder(given).encoding;
  } catch {
    return undefined;
  }
}

/** What declares nothing is UTF-8, or UTF-16 without its mark, or what browsers take for anything else. */
function undeclared(body: Uint8Array, format: Format): string {
  const wide = wideIn(body);
  if (wide !== undefined) return textIn(body, wide);
  try {
    // As a stream, in which the last character may be broken off: long documents are cut.
    return new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: true });
  } catch {
    return textIn(body, format === 'json' ? 'utf-8' : 'windows-1252');
  }
}

/** UTF-16 has a zero beside every letter of ASCII, and no other text has zeros. */
function wideIn(body: Uint8Array): string | undefined {
  const head = body.subarray(0, 512);
  const zeros = [0, 0];
  head.forEach((byte, n) => {
    if (byte === 0) zeros[n % 2] = (zeros[n % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const many = head.length / 8;
  if (odd > many && even <= odd / 8) return 'utf-16le';
  return even > many && odd <= even / 8 ? 'utf-16be' : undefined;
}

function textIn(body: Uint8Array, encoding: string): string {
  return BY_ICONV.test(encoding)
    ? decode(
        Buffer.from(body.buffer, body.byteOffset, body.byteLength),
        encoding.replace('x-mac-', 'mac').replace('-8-i', '-8'),
      )
    : new TextDecoder(encoding).decode(body);
}
