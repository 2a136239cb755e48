/** One HTTP request and its reply, over a connection of its own. */
import type { LookupFunction } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Client, Headers, buildConnector } from 'undici';
import { ignoreContinue } from './continue';
import { EgressError } from './error';

/** What is sent to an address. */
export interface Sent {
  /** Default GET. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What came back. */
export interface Reply {
  readonly status: number;
  /** By name in lower case. When a header came more than once, the first. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** How long and how much is read. */
export interface ExchangeLimits {
  /** Largest body of the reply, bytes. */
  readonly maxBytes: number;
  /** Ends the exchange and closes its connection, in whatever state it is. */
  readonly signal: AbortSignal;
  /** Longest wait for a connection, milliseconds. Absent: until the signal fires. */
  readonly connectMs?: number;
  /** Longest wait for the first byte of the reply, and from each piece of it to the next, milliseconds. Absent: as above. */
  readonly idleMs?: number | undefined;
  /** Told when there is a connection: from then on the host may have got the request. */
  readonly onOpen?: () => void;
}

/** undici's codes for replies that are larger than its limits. */
const SIZE_CODE = /^UND_ERR_(HEADERS_OVERFLOW|RES_EXCEEDED_MAX_SIZE)$/;

/** undici's codes for waits that were too long. */
const TIMEOUT_CODE = /^UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT$/;

/** The codes of Node and OpenSSL for hosts that do not speak TLS or whose certificate is not trusted. */
const TLS_CODE = /CERT|^ERR_(TLS|SSL)_|^EPROTO$|^UNABLE_TO_|^INVALID_(CA|PURPOSE)$|^HOSTNAME_MISMATCH$/;

/**
 * Sends one request and reads its reply. The connection is neither shared nor kept, no proxy is asked, no redirect is
 * followed, and nothing is decompressed.
 *
 * @param lookup - finds the addresses that the name in `url` may be connected at
 * @throws EgressError `connection`, `timeout`, `tls` or `too_large`, and what `lookup` fails with
 */
export async function exchange(
  url: URL,
  lookup: LookupFunction,
  { method = 'GET', headers, body = '' }: Sent,
  { maxBytes, signal, connectMs = 0, idleMs = 0, onOpen }: ExchangeLimits,
): Promise<Reply> {
  signal.throwIfAborted(); // Node connects a socket even when its signal was aborted before
  const reset = new AbortController();
  // With autoSelectFamily, Node asks `lookup` for all addresses of a name and tries one after the other.
  const connect = buildConnector({ lookup, signal, timeout: connectMs, autoSelectFamily: true });
  const client = new Client(url.origin, {
    connect: (host, done) =>
      connect(host, (...opened) => {
        const [, socket] = opened;
        if (socket) ignoreContinue(socket);
        // undici takes a reset for the regular end of a body without a length.
        socket?.once('error', (error) => {
          if (codeOf(error) === 'ECONNRESET') reset.abort(error);
        });
        // When a connection is lost before undici's parser is loaded, undici waits for ever or opens another.
        socket?.once('close', () => void client.destroy());
        if (socket) onOpen?.();
        done(...opened);
      }),
    pipelining: 0, // asks the host to close the connection
    headersTimeout: idleMs, // 0, here and above: only the signal limits the time
    bodyTimeout: idleMs,
    maxResponseSize: maxBytes,
  });
  try {
    const response = await client.request({
      path: `${url.pathname}${url.search}`,
      method,
      headers: headersOf(headers),
      body,
      // Larger than the body may be, so that undici never pauses it: when a host hangs up during a pause, undici 6 throws
      // where nobody can catch it (nodejs/undici#5360).
      highWaterMark: maxBytes + 1,
      onInfo: ({ statusCode }) => {
        if (statusCode === 101) throw new EgressError('connection'); // nobody asked for another protocol
      },
    });
    const received = await buffer(response.body);
    reset.signal.throwIfAborted();
    return { status: response.statusCode, headers: firstOfEach(response.headers), body: received };
  } catch (error) {
    throw egressError(error);
  } finally {
    void client.destroy();
  }
}

/** Asks for a reply that is not compressed, whatever the caller gave. */
function headersOf(headers: Sent['headers']): Headers {
  const sent = new Headers(headers);
  sent.set('accept-encoding', 'identity');
  return sent;
}

function firstOfEach(headers: Readonly<Record<string, string | string[] | undefined>>): Reply['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

function egressError(error: unknown): EgressError {
  if (error instanceof EgressError) return error;
  const code = codeOf(error);
  if (SIZE_CODE.test(code)) return new EgressError('too_large', { cause: error });
  if (TIMEOUT_CODE.test(code)) return new EgressError('timeout', { cause: error });
  return new EgressError(TLS_CODE.test(code) ? 'tls' : 'connection', { cause: error });
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
