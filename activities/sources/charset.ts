/** Turns the bytes of a document into text, by the encoding that it declares. */
import { TextDecoder } from 'node:util';

/** A declaration in the document itself: `<meta charset="…">`, `<?xml encoding="…"?>`. */
const DECLARED = /(?:charset|encoding)\s*=\s*["']?([\w-]+)/i;

/** @param contentType - the header. It takes precedence over what the document itself declares. */
export function decoded(body: Uint8Array, contentType = ''): string {
  const head = Buffer.from(body.subarray(0, 1_024)).toString('latin1');
  const [, label = 'utf-8'] = DECLARED.exec(contentType) ?? DECLARED.exec(head) ?? [];
  return decoderOf(label).decode(body);
}

function decoderOf(label: string): TextDecoder {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder(); // an unknown encoding: UTF-8
  }
}
