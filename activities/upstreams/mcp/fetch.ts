/**
 * The requests of a connection over HTTP. Nothing is read over the limits, no redirect is followed by itself, and no time limit of
 * the library's cuts off what takes long.
 */
import type { FetchLike } from '@modelcontextprotocol/client';
import { Agent, fetch } from 'undici';
import { wholeEvents } from './events';
import { DEPTH_MAX, isTooDeep } from './shape';
import { Trouble } from './trouble';

/** Errors of connecting: the request has not left. */
const UNSENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_NODATA|EHOSTUNREACH|ENETUNREACH|EPROTO|ERR_TLS_.+|ERR_SSL_.+|CERT_.+|DEPTH_ZERO_.+|SELF_SIGNED_.+|UNABLE_TO_.+|UND_ERR_CONNECT_TIMEOUT)$/;

/** Statuses whose answers have no body. */
const BODILESS = new Set([204, 205, 304]);

/** How long a connection may take to be made, milliseconds. */
const CONNECT_MS = 10_000;

/** Most of an error's body that is read, bytes. */
const ERROR_MAX = 64 * 1024;

export interface FetchSettings {
  readonly name: string;
  readonly maxBytes: number;
  /** Told of what breaks a stream, since those who read it only learn that it broke. */
  readonly onBroken?: (trouble: Trouble) => void;
}

/** Connections without time limits: how long an upstream may take is the job's affair. */
export function createAgent(): Agent {
  return new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT_MS } });
}

/** @throws Trouble `unsent`, `lost` or `too_large` */
export function createFetch(agent: Agent, { name, maxBytes, onBroken }: FetchSettings): FetchLike {
  const tooLong = (): Trouble =>
    new Trouble('too_large', `Upstream ${name} sent a message of more than ${maxBytes} bytes (limits.max_bytes).`);

  function check(bytes: Uint8Array): void {
    if (!isTooDeep(bytes)) return;
    throw new Trouble('too_large', `Upstream ${name} sent a message nested deeper than ${DEPTH_MAX} levels.`);
  }

  async function whole(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of body) {
      bytes += piece.length;
      if (bytes > most) throw tooLong();
      pieces.push(piece);
    }
    const all = Buffer.concat(pieces);
    check(all);
    return all;
  }

  return async (url, init = {}) => {
    const method = init.method ?? 'GET';
    const sent = await fetch(url, {
      method,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: textOf(init.body),
      signal: init.signal ?? null,
      redirect: 'manual',
      dispatcher: agent,
    }).catch((error: unknown) => {
      throw init.signal?.aborted ? error : troubleOf(name, error);
    });
    const { status, statusText, body } = sent;
    if (status === 429) {
      await body?.cancel();
      const retryAfterMs = waitIn(sent.headers.get('retry-after'));
      throw new Trouble('unsent', `Upstream ${name} takes no more requests for now (429).`, { retryAfterMs });
    }
    const answer = { status, statusText, headers: new Headers([...sent.headers]) };
    answer.headers.delete('content-encoding'); // it is decoded
    answer.headers.delete('content-length');
    if (body === null || BODILESS.has(status)) return new Response(null, answer);
    const pieces = body as AsyncIterable<Uint8Array>;
    try {
      if (!sent.ok) return new Response(await whole(pieces, ERROR_MAX), answer);
      if (!sent.headers.get('content-type')?.startsWith('text/event-stream'))
        return new Response(await whole(pieces, maxBytes), answer);
    } catch (error) {
      if (error instanceof Trouble || init.signal?.aborted) throw error;
      throw new Trouble('lost', `The connection to upstream ${name} was lost before it had answered.`, {
        cause: error,
      });
    }
    return new Response(streamOf(events(pieces)), answer);
  };

  async function* events(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const event of wholeEvents(pieces, maxBytes, tooLong)) {
        check(event);
        yield event;
      }
    } catch (error) {
      if (error instanceof Trouble) onBroken?.(error);
      throw error;
    }
  }
}

/** What the SDK sends: JSON, or a form. */
function textOf(body: RequestInit['body']): string | null {
  if (body === null || body === undefined) return null;
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('Only text is sent to an upstream.');
}

function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const next = await pieces.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

function troubleOf(name: string, error: unknown): Trouble {
  const code = codeIn(error);
  return UNSENT.test(code)
    ? new Trouble('unsent', `Upstream ${name} cannot be reached (${code}).`, { cause: error })
    : new Trouble('lost', `The connection to upstream ${name} was lost before it had answered.`, { cause: error });
}

/** The code of what went wrong below; several addresses that failed are told by the first. */
function codeIn(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('errors' in error && Array.isArray(error.errors)) return codeIn(error.errors[0]);
  return 'cause' in error ? codeIn(error.cause) : '';
}

/** `Retry-After`, in milliseconds. */
function waitIn(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
