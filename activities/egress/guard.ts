/** Decides what may be connected to: public addresses over https, and the hosts that the operator allows. */
import type { LookupAddress } from 'node:dns';
import { lookup as lookUp } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { isPublic } from './address';
import { EgressError } from './error';

/** Finds every address of a name. Rejects, or finds none, when nobody knows the name. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

/**
 * Checks a URL that is about to be requested.
 *
 * @param trusted - whether the caller chose this host, and not another host that redirects there
 * @returns the lookup for the connection. It checks the addresses in the moment in which the socket asks for them, so a
 * name that changes its address cannot lead elsewhere. It fails with EgressError `host_not_found` or `forbidden_address`
 * @throws EgressError `bad_url` or `forbidden_address`
 */
export type Guard = (url: URL, trusted: boolean) => LookupFunction;

/**
 * Creates the check of URLs and addresses.
 *
 * @param allow - `host:port` pairs that may be private addresses and plain http when the caller chose them
 * @param resolve - how names are looked up. Default: as the operating system does
 */
export function createGuard(allow: readonly string[], resolve: Resolve = (name) => lookUp(name, { all: true })): Guard {
  async function addressesOf(name: string, allowed: boolean): Promise<LookupAddress[]> {
    const addresses = await resolve(name).catch((error: unknown) => {
      throw new EgressError('host_not_found', { cause: error });
    });
    if (addresses.length === 0) throw new EgressError('host_not_found');
    // A name with both public and private addresses is refused as a whole: no honest name mixes them.
    if (!allowed && !addresses.every(({ address }) => isPublic(address))) throw new EgressError('forbidden_address');
    return [...addresses];
  }

  return (url, trusted) => {
    const allowed = trusted && allow.includes(hostAndPort(url));
    if (url.username !== '' || url.password !== '' || url.port === '0') throw new EgressError('bad_url');
    if (url.protocol !== 'https:' && !(allowed && url.protocol === 'http:')) throw new EgressError('bad_url');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // Sockets look up names only, so an IP address in the URL is checked here.
    if (isIP(host) > 0 && !allowed && !isPublic(host)) throw new EgressError('forbidden_address');
    const lookup = callbackify((name: string) => addressesOf(name, allowed));
    return (name, _options, callback) => lookup(name, callback);
  };
}

/** The `host:port` pair of a URL, with the port of its scheme when it names none. */
export function hostAndPort({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}
