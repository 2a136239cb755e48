/** By which names a request may call this gateway: the guard against pages that reach it under a name of their own (DNS rebinding). */
import type { IncomingMessage } from 'node:http';
import { validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';
import { LRUCache } from 'lru-cache';
import { Problem } from '../errors';

/** `name`, IPv4 or bracketed IPv6, and a port. Anything else could be read as a path by someone downstream. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i;

/** Pairs of host and origin that are remembered. */
const GOOD_MAX = 100;

/** Refuses what names another host. @throws Problem `no_host`, `foreign_host` */
export type RefuseForeign = (request: IncomingMessage) => void;

/** `Host`, `Origin` and the target must name this gateway. Names that were found good are remembered. */
export function createRefuseForeign(allowedHosts: readonly string[]): RefuseForeign {
  const allowed = [...allowedHosts];
  const good = new LRUCache<string, true>({ max: GOOD_MAX });
  return (request) => {
    const { host, origin } = request.headers;
    if (host === undefined || headersNamed('host', request) !== 1 || !HOST.test(host)) throw new Problem('no_host');
    const named = hostInTarget(request);
    if (named !== undefined && !validateHostHeader(named, allowed).ok)
      throw new Problem('foreign_host', { what: `The target ${named}` });
    const pair = `${host} ${origin ?? ''}`;
    if (origin !== '' && good.has(pair)) return;
    if (!validateHostHeader(host, allowed).ok) throw new Problem('foreign_host', { what: `Host ${host}` });
    // Two of them are handed on as one text, which can be read as the first with a path.
    const origins = origin === undefined ? 0 : headersNamed('origin', request);
    if (origin === '' || origins > 1 || !validateOriginHeader(origin, allowed).ok)
      throw new Problem('foreign_host', { what: 'This Origin' });
    good.set(pair, true);
  };
}

/** How many headers of that name were sent: Node hands on several as one, or only the first. `name` is in lower case. */
export function headersNamed(name: string, { rawHeaders }: IncomingMessage): number {
  return rawHeaders.filter((header, at) => at % 2 === 0 && header.toLowerCase() === name).length;
}

/** The host that a target in absolute form names; it stands above the Host header (RFC 9112, 3.2.2). */
function hostInTarget({ url = '' }: IncomingMessage): string | undefined {
  return !url.startsWith('/') && URL.canParse(url) ? new URL(url).host : undefined;
}
