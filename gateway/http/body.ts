/** Reads and bounds a request body: a hostile one costs a refusal, not the process. */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../errors';
import { changedNumberIn } from '../numbers';

/** Largest body, bytes: half of what Temporal takes as one payload. */
const MAX_BYTES = 1_048_576;
const UTF8 = new TextDecoder('utf-8', { fatal: true });
const MAX_DEPTH = 64;
const MAX_VALUES = 10_000;
const MAX_BATCH = 10;

/** A body as it was sent, and what it says. */
export interface Body {
  readonly text: string;
  readonly value: unknown;
}

/**
 * Reads a JSON body.
 *
 * @throws Problem `too_large` over 1 MiB; `not_json` when it is not JSON in UTF-8
 */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const bytes = await readBytes(request);
  try {
    const text = UTF8.decode(bytes);
    return { text, value: JSON.parse(text) as unknown };
  } catch {
    throw new Problem('not_json');
  }
}

/** By events: an iterator of the stream costs as much again as all the rest of the reading. */
function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request
      .on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_BYTES) return void chunks.push(chunk);
        request.pause();
        reject(new Problem('too_large', { limit: MAX_BYTES }));
      })
      .once('end', () => resolve(Buffer.concat(chunks)))
      .once('error', reject)
      .once('close', () => {
        if (!request.complete) reject(new Error('The client hung up in mid-sentence.'));
      });
  });
}

/** Says what keeps a body from being answered: a bound that it breaks, or a number in it that would be read as another one. */
export function malformedIn({ text, value }: Body): string | undefined {
  return boundBrokenBy(value) ?? changedNumberIn(text);
}

/** Level by level, without recursion: the depth is the attacker's choice. */
function boundBrokenBy(body: unknown): string | undefined {
  if (Array.isArray(body) && body.length > MAX_BATCH) return `A batch may hold ${MAX_BATCH} messages.`;
  let level = [body];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return `The request is nested deeper than ${MAX_DEPTH} levels.`;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      const inner = Object.values(value) as unknown[];
      if ((values += inner.length) > MAX_VALUES) return `The request holds more than ${MAX_VALUES} values.`;
      next.push(...inner);
    }
    level = next;
  }
  return undefined;
}
