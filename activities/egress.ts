/**
 * The one way out: requests to addresses that somebody else chose. Only the public internet is reached, over https, and what
 * was checked is what is connected to. What a reply means is the caller's affair.
 */
import { once } from 'node:events';
import { lookup as resolve } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import * as http from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { isPublic } from './address';

export interface EgressRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** For all of it together: names, connections, headers, body, redirects. */
  readonly timeoutMs: number;
  /** Largest body of a reply. */
  readonly maxBytes: number;
  /** Redirects that are followed, each checked like the first address. Default 0: a 3xx is simply the reply. */
  readonly redirects?: number;
}

export interface EgressReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** After redirects. */
  readonly url: string;
}

/** What each reason means. Nothing of the address or of the reply is repeated. */
const SENTENCES = {
  bad_url: 'The address must be an https URL without credentials.',
  forbidden_address: 'The address is not on the public internet.',
  host_not_found: 'The host was not found.',
  timeout: 'The host did not answer in time.',
  connection: 'The connection failed.',
  tls: 'The host could not prove who it is.',
  too_large: 'The reply is too large.',
  redirect: 'The host redirects too often, or to no address.',
  cancelled: 'The request was cancelled.',
} as const;

export class EgressError extends Error {
  override name = 'EgressError';

  constructor(
    readonly reason: keyof typeof SENTENCES,
    options?: ErrorOptions,
  ) {
    super(SENTENCES[reason], options);
  }
}

export interface EgressConfig {
  /** `host:port` pairs that may be private addresses and plain http. */
  readonly allow: readonly string[];
}

export type Egress = (url: string, request: EgressRequest) => Promise<EgressReply>;

/** Every address of a name. */
export type Lookup = (name: string) => Promise<readonly LookupAddress[]>;

/** Sent on when a redirect leads to another origin. What else the caller gave may be a secret of the first. */
const HARMLESS = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Redirects that repeat the request as it was. Others turn it into a GET. */
const SAME_REQUEST = new Set([307, 308]);
/** Codes of Node and OpenSSL. */
const TLS_CODE = /CERT|^ERR_(TLS|SSL)_|^EPROTO$|^UNABLE_TO_|^INVALID_(CA|PURPOSE)$|^HOSTNAME_MISMATCH$/;

type Asked = Pick<EgressRequest, 'method' | 'headers' | 'body' | 'maxBytes'>;

/**
 * Makes the function that sends requests. Names are looked up anew for each, no connection is kept, and no proxy is asked.
 *
 * It throws {@link EgressError} for all that may be wrong with the address, the connection or the size of the reply; a status
 * such as 404 is a reply.
 */
export function egressWith({ allow }: EgressConfig, lookup: Lookup = (name) => resolve(name, { all: true })): Egress {
  /** Where a checked URL leads: every one of these addresses has passed. */
  async function addressesOf(url: URL, signal: AbortSignal): Promise<readonly LookupAddress[]> {
    const allowed = allow.includes(originOf(url));
    if (url.username !== '' || url.password !== '' || url.port === '0') throw new EgressError('bad_url');
    if (url.protocol !== 'https:' && !(allowed && url.protocol === 'http:')) throw new EgressError('bad_url');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const family = isIP(host);
    const addresses = family > 0 ? [{ address: host, family }] : await unlessAborted(found(host), signal);
    if (addresses.length === 0) throw new EgressError('host_not_found');
    // One that is forbidden spoils the others: nobody honest mixes them.
    if (!allowed && !addresses.every(({ address }) => isPublic(address))) throw new EgressError('forbidden_address');
    return addresses;
  }

  async function found(name: string): Promise<readonly LookupAddress[]> {
    try {
      return await lookup(name);
    } catch (error) {
      throw new EgressError('host_not_found', { cause: error });
    }
  }

  async function follow(url: URL, asked: Asked, left: number | undefined, signal: AbortSignal): Promise<EgressReply> {
    const reply = await exchange(url, await addressesOf(url, signal), asked, signal);
    const { location } = reply.headers;
    if (left === undefined || location === undefined || !REDIRECTS.has(reply.status)) return reply;
    if (left === 0 || !URL.canParse(location, url.href)) throw new EgressError('redirect');
    const next = new URL(location, url);
    return follow(next, redirected(asked, reply.status, next.origin === url.origin), left - 1, signal);
  }

  return async (url, { signal, timeoutMs, redirects = 0, ...asked }) => {
    if (!URL.canParse(url)) throw new EgressError('bad_url');
    const end = new AbortController();
    const cancel = (): void => end.abort(new EgressError('cancelled'));
    const timer = setTimeout(() => end.abort(new EgressError('timeout')), timeoutMs);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      if (signal.aborted) cancel();
      end.signal.throwIfAborted();
      return await follow(new URL(url), asked, redirects === 0 ? undefined : redirects, end.signal);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
    }
  };
}

/** One request and its reply, over a connection of its own to one of `addresses`. */
async function exchange(
  url: URL,
  addresses: readonly LookupAddress[],
  { method = 'GET', headers, body, maxBytes }: Asked,
  signal: AbortSignal,
): Promise<EgressReply> {
  const request = (url.protocol === 'https:' ? https : http).request(url, {
    method,
    headers: { ...headers, 'accept-encoding': 'identity' },
    agent: false,
    lookup: pinnedTo(addresses),
    signal,
  });
  request.on('error', () => undefined); // once there is a reply, its own errors say all
  try {
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new EgressError('too_large');
      chunks.push(chunk);
    }
    const { statusCode: status = 0, headers: received } = response;
    return { status, headers: received, body: Buffer.concat(chunks), url: url.href };
  } catch (error) {
    throw signal.aborted ? signal.reason : egressError(error);
  } finally {
    request.destroy();
  }
}

/** Answers the socket's question for addresses with those that were checked. It asks for names only. */
function pinnedTo(addresses: readonly LookupAddress[]): LookupFunction {
  return (_name, { all }, callback) => {
    const [first] = addresses;
    if (all === true || !first) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

function redirected({ method, headers, body, maxBytes }: Asked, status: number, sameOrigin: boolean): Asked {
  const kept = Object.entries(headers ?? {}).filter(([name]) => sameOrigin || HARMLESS.has(name.toLowerCase()));
  const rest = { headers: Object.fromEntries(kept), maxBytes };
  if (!SAME_REQUEST.has(status)) return rest;
  return { ...rest, ...(method && { method }), ...(body !== undefined && { body }) };
}

/** Host and port as `allow` has them. */
function originOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}

/** Waits for what cannot be interrupted no longer than it is wanted. */
async function unlessAborted<R>(wanted: Promise<R>, signal: AbortSignal): Promise<R> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => (stop = () => reject(signal.reason as Error)));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([wanted, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function egressError(error: unknown): EgressError {
  if (error instanceof EgressError) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'HPE_HEADER_OVERFLOW') return new EgressError('too_large', { cause: error });
  return new EgressError(TLS_CODE.test(code) ? 'tls' : 'connection', { cause: error });
}
