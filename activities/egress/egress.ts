/**
 * Requests to addresses that somebody else chose: callers, feeds, pages. Every address is checked before it is connected to,
 * those that redirects lead to as well. What a reply means is decided elsewhere.
 */
import { withDeadline } from './deadline';
import { EgressError } from './error';
import { exchange } from './exchange';
import type { ExchangeLimits, Reply, Sent } from './exchange';
import { createGuard } from './guard';
import type { Resolve } from './guard';
import { isRedirect, redirected } from './redirect';

export interface EgressConfig {
  /** `host:port` pairs that may be private addresses and plain http. A redirect from another origin does not lead there. */
  readonly allow: readonly string[];
}

export interface EgressRequest extends Sent {
  /** Cancels the request. */
  readonly signal: AbortSignal;
  /** Longest duration of the whole, milliseconds: names, connections, headers, body, redirects. */
  readonly timeoutMs: number;
  /** Largest body of the reply, bytes. */
  readonly maxBytes: number;
  /** How many redirects are followed. Default 0: a redirect is the reply. */
  readonly redirects?: number;
}

export interface EgressReply extends Reply {
  /** The address that replied, after redirects. */
  readonly url: string;
}

/**
 * Sends a request to an address that somebody else chose. Any status is a reply, 404 as well.
 *
 * @throws EgressError when the address may not be reached, or no whole reply came within the limits
 */
export type Egress = (url: string, request: EgressRequest) => Promise<EgressReply>;

/**
 * Creates the function that sends requests. Names are looked up anew for each, and no connection is kept.
 *
 * @param resolve - as for `createGuard`
 */
export function createEgress({ allow }: EgressConfig, resolve?: Resolve): Egress {
  const guard = createGuard(allow, resolve);

  async function follow(first: URL, request: Sent, redirects: number, limits: ExchangeLimits): Promise<EgressReply> {
    let [url, sent, trusted] = [first, request, true];
    for (let left = redirects; ; left -= 1) {
      const reply = await exchange(url, guard(url, trusted), sent, limits);
      const { location } = reply.headers;
      if (redirects === 0 || location === undefined || !isRedirect(reply.status)) return { ...reply, url: url.href };
      if (left === 0 || !URL.canParse(location, url.href)) throw new EgressError('redirect');
      const next = new URL(location, url);
      const sameOrigin = next.origin === url.origin;
      sent = redirected(sent, reply.status, sameOrigin);
      // The hosts in `allow` are for the caller. As soon as another origin chooses the address, they are closed.
      trusted &&= sameOrigin;
      url = next;
    }
  }

  return async (address, { signal, timeoutMs, maxBytes, redirects = 0, ...sent }) => {
    if (!URL.canParse(address)) throw new EgressError('bad_url');
    return withDeadline(timeoutMs, signal, (end) =>
      follow(new URL(address), sent, redirects, { maxBytes, signal: end }),
    );
  };
}
