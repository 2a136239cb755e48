/** Sends an event stream to a client that may be slow, or gone. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** A client that takes nothing for this long is given up; its job goes on. */
const STALL_MS = 30_000;

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
  for (let next = await first; !next.done; next = await chunks.read()) {
    if (response.destroyed) return;
    if (!response.write(next.value) && !(await drained(response))) return void response.destroy();
  }
  response.end();
}

async function drained(response: ServerResponse): Promise<boolean> {
  const stalled = AbortSignal.timeout(STALL_MS);
  return Promise.race([
    once(response, 'drain', { signal: stalled }),
    once(response, 'close', { signal: stalled }),
  ]).then(
    () => !response.destroyed,
    () => false,
  );
}
