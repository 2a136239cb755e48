/** Turns the bytes of a document into text, in the encoding that it says it has. */
import { TextDecoder } from 'node:util';

/** In the bytes of a document: `<meta charset="…">`, `<?xml encoding="…"?>`. */
const DECLARED = /(?:charset|encoding)\s*=\s*["']?([\w-]+)/i;

/** @param contentType - the header; what it says goes before what the document says of itself */
export function decoded(body: Buffer, contentType = ''): string {
  const head = body.subarray(0, 1_024).toString('latin1');
  const [, label = 'utf-8'] = DECLARED.exec(contentType) ?? DECLARED.exec(head) ?? [];
  return decoderOf(label).decode(body);
}

function decoderOf(label: string): TextDecoder {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder(); // an encoding that nobody knows
  }
}
