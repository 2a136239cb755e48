/**
 * The one way out: requests to addresses that somebody else chose. Only the public internet is reached, over https, and what
 * was checked is what is connected to. What a reply means is the caller's affair.
 */
import { lookup as resolve } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import * as http from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { isPublic } from './address';
import { isRedirect, redirected } from './redirect';
import type { Sent } from './redirect';

export interface EgressRequest extends Sent {
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
  /** `host:port` pairs that may be private addresses and plain http. A redirect from another origin does not lead to them. */
  readonly allow: readonly string[];
}

export type Egress = (url: string, request: EgressRequest) => Promise<EgressReply>;

/** Every address of a name. */
export type Lookup = (name: string) => Promise<readonly LookupAddress[]>;

/** Codes of Node and OpenSSL. */
const TLS_CODE = /CERT|^ERR_(TLS|SSL)_|^EPROTO$|^UNABLE_TO_|^INVALID_(CA|PURPOSE)$|^HOSTNAME_MISMATCH$/;

/** What goes out, and how much may come back. */
type Asked = Sent & Pick<EgressRequest, 'maxBytes'>;

/**
 * Makes the function that sends requests. Names are looked up anew for each, no connection is kept, and no proxy is asked.
 *
 * It throws {@link EgressError} for all that may be wrong with the address, the connection or the size of the reply; a status
 * such as 404 is a reply.
 */
export function createEgress({ allow }: EgressConfig, lookup: Lookup = (name) => resolve(name, { all: true })): Egress {
  /** Where a checked URL leads: every one of these addresses has passed. */
  async function addressesOf(url: URL, trusted: boolean, signal: AbortSignal): Promise<readonly LookupAddress[]> {
    const allowed = trusted && allow.includes(originOf(url));
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

  /** @param trusted - the caller chose this origin: what is allowed to them is not allowed to whoever redirects them */
  async function follow(
    url: URL,
    asked: Asked,
    left: number | undefined,
    trusted: boolean,
    signal: AbortSignal,
  ): Promise<EgressReply> {
    const reply = await exchange(url, await addressesOf(url, trusted, signal), asked, signal);
    const { location } = reply.headers;
    if (left === undefined || location === undefined || !isRedirect(reply.status)) return reply;
    if (left === 0 || !URL.canParse(location, url.href)) throw new EgressError('redirect');
    const next = new URL(location, url);
    const sameOrigin = next.origin === url.origin;
    const again = { ...redirected(asked, reply.status, sameOrigin), maxBytes: asked.maxBytes };
    return follow(next, again, left - 1, trusted && sameOrigin, signal);
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
      return await follow(new URL(url), asked, redirects === 0 ? undefined : redirects, true, end.signal);
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
  try {
    // Node may forget to say how a request ended, and calls a body without a length whole when it is we who cut it off.
    return { ...(await unlessAborted(replyTo(request, body, maxBytes), signal)), url: url.href };
  } catch (error) {
    throw signal.aborted ? signal.reason : egressError(error);
  } finally {
    request.destroy();
  }
}

async function replyTo(
  request: ClientRequest,
  body: string | undefined,
  maxBytes: number,
): Promise<Omit<EgressReply, 'url'>> {
  const response = await responseTo(request, body);
  // Only the request is told when a body without a length is torn off; to the response that is its end.
  const tornOff = new Promise<never>((_resolve, reject) => {
    request.on('error', (error) => {
      if (!response.complete) reject(error);
    });
  });
  const received = await Promise.race([bodyOf(response, maxBytes), tornOff]);
  return { status: response.statusCode ?? 0, headers: response.headers, body: received };
}

/** Sends the request. */
function responseTo(request: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const none = (): void => reject(new EgressError('connection'));
    // Nobody asked for another protocol. Node makes a response of a 101 that names none, and else an `upgrade`: where
    // nobody listens for it, neither a response nor an error comes of the request, not even when it is aborted.
    request.on('response', (response) => (response.statusCode === 101 ? none() : resolve(response)));
    request.on('upgrade', (_response, socket) => {
      socket.destroy(); // no longer the request's
      none();
    });
    request.on('close', none);
    request.on('error', reject); // stays: what goes wrong later would otherwise end the process
    request.end(body);
  });
}

async function bodyOf(response: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new EgressError('too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Answers the socket's question for addresses with those that were checked. It asks for names only. */
function pinnedTo(addresses: readonly LookupAddress[]): LookupFunction {
  return (_name, { all }, callback) => {
    const [first] = addresses;
    if (all === true || !first) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
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
  if (signal.aborted) stop();
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
