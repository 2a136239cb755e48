/** Sends answers to clients that may be slow, or gone: one rule for every response. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { wellFormed } from '../json';
import { STALL_MS } from './connections';

/** What is handed over at one time, bytes: who has taken it in that time is slow, and not gone. */
const PIECE = 64 * 1024;
/** How often a stream that has nothing to say shows that it is alive. */
export const KEEP_ALIVE_MS = 15_000;
export const KEEP_ALIVE = Buffer.from(': keepalive\n\n');
/** Headers of an event stream. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** An answer that is there as a whole. */
export interface Whole {
  readonly status: number;
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly text: string;
}

/** Sends a whole answer. */
export async function finish(response: ServerResponse, { status, headers, text }: Whole): Promise<void> {
  const length = Buffer.byteLength(text);
  response.writeHead(status, { ...Object.fromEntries(headers), 'content-length': length });
  if (length <= PIECE) return void response.end(text);
  if (await deliver(response, Buffer.from(text))) response.end();
}

/** Begins an event stream. Proxies hold back headers until a byte of the body has come, and clients time out on that byte. */
export function beginStream(response: ServerResponse): void {
  response.writeHead(200, STREAM_HEADERS);
  response.write(': ok\n\n');
}

/** Keeps an event stream alive until the returned function is called. */
export function keepAlive(response: ServerResponse): () => void {
  const timer = setInterval(() => {
    if (response.writableLength === 0) response.write(KEEP_ALIVE);
  }, KEEP_ALIVE_MS);
  return () => clearInterval(timer);
}

/** Writes a message, as JSON, to an event stream. False when the client is gone, or has been given up. */
export function send(response: ServerResponse, json: string): Promise<boolean> {
  return deliver(response, Buffer.from(`event: message\ndata: ${wellFormed(json)}\n\n`));
}

/** Writes a whole number of messages that the SDK has made. False when the client is gone, or has been given up. */
export function forward(response: ServerResponse, messages: Uint8Array): Promise<boolean> {
  const bytes = Buffer.from(messages.buffer, messages.byteOffset, messages.byteLength);
  return deliver(response, bytes.includes('\\ud') ? Buffer.from(wellFormed(bytes.toString())) : bytes);
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
