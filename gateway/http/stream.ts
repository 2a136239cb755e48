/** Sends answers to clients that may be slow, or gone: one rule for every response. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** A client that takes nothing for this long is given up; its job goes on. */
const STALL_MS = 30_000;
/** What is handed over at one time, bytes: who has taken it in that time is slow, and not gone. */
const PIECE = 64 * 1024;

type Chunks = ReadableStreamDefaultReader<Uint8Array>;

/** Pipes `answer` to `response`: a first byte at once, no buffering by proxies, and back-pressure. `first` is the chunk read already. */
export async function pipe(
  answer: Response,
  chunks: Chunks,
  first: ReturnType<Chunks['read']>,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(answer.status, {
    ...Object.fromEntries(answer.headers),
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  // Proxies hold back headers until a byte of the body has come, and clients time out on that byte.
  response.write(': ok\n\n');
  for (let next = await first; !next.done; next = await chunks.read())
    if (!(await deliver(response, next.value))) return;
  response.end();
}

/** Sends the whole body of an answer, and ends it. */
export async function finish(response: ServerResponse, body: Uint8Array): Promise<void> {
  if (await deliver(response, body)) response.end();
}

/** Writes `bytes` as fast as the client takes them. False when it is gone, or has been given up. */
export async function deliver(response: ServerResponse, bytes: Uint8Array): Promise<boolean> {
  for (let at = 0; at < bytes.length && !response.destroyed; at += PIECE) {
    const taken = response.write(bytes.subarray(at, at + PIECE)) || (await drained(response));
    if (!taken) response.destroy();
  }
  return !response.destroyed;
}

async function drained(response: ServerResponse): Promise<boolean> {
  const over = new AbortController();
  const { signal } = over;
  const timer = setTimeout(() => over.abort(), STALL_MS);
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
    return !response.destroyed;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    over.abort(); // takes the other listener away
  }
}
