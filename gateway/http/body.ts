/** Reads and bounds a request body: a hostile one costs a refusal, not the process. */
import type { IncomingMessage } from 'node:http';
import type { GatewayConfig } from '../config';
import { Problem } from '../errors';
import { changedNumberIn } from '../numbers';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** What one request may cost. */
type Limits = GatewayConfig['limits'];

/** A body as it was sent, and what it says. */
export interface Body {
  readonly text: string;
  readonly value: unknown;
}

/**
 * Reads a JSON body.
 *
 * @throws Problem `too_large` over `limits.bytes`; `not_json` when it is not JSON in UTF-8
 */
export async function readBody(request: IncomingMessage, limits: Pick<Limits, 'bytes'>): Promise<Body> {
  const bytes = await readBytes(request, limits.bytes);
  try {
    const text = UTF8.decode(bytes);
    return { text, value: JSON.parse(text) as unknown };
  } catch {
    throw new Problem('not_json');
  }
}

/** By events: an iterator of the stream costs as much again as all the rest of the reading. */
function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request
      .on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= limit) return void chunks.push(chunk);
        request.pause();
        reject(new Problem('too_large', { limit }));
      })
      .once('end', () => resolve(Buffer.concat(chunks)))
      .once('error', reject)
      .once('close', () => {
        if (!request.complete) reject(new Error('The client hung up in mid-sentence.'));
      });
  });
}

/** Says what keeps a body from being answered: a limit that it breaks, or a number in it that would be read as another one. */
export function malformedIn({ text, value }: Body, limits: Limits): string | undefined {
  return limitBrokenBy(value, limits) ?? changedNumberIn(text);
}

/** Level by level, without recursion: the depth is the attacker's choice. */
function limitBrokenBy(body: unknown, limits: Limits): string | undefined {
  if (Array.isArray(body) && body.length > limits.batch) return `A batch may hold ${limits.batch} messages.`;
  let level = [body];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limits.depth) return `The request is nested deeper than ${limits.depth} levels.`;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      const inner = Object.values(value) as unknown[];
      if ((values += inner.length) > limits.values) return `The request holds more than ${limits.values} values.`;
      next.push(...inner);
    }
    level = next;
  }
  return undefined;
}
