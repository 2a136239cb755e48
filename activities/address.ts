/** Which IP addresses are on the public internet. Everything else may be a neighbour of ours, and is nobody's to reach. */
import { IPv6, isValid, parse, parseCIDR } from 'ipaddr.js';

/** All of IPv6 that is given out for global use. Outside of it lie spellings of IPv4 addresses, and what has no meaning yet. */
const GLOBAL_V6 = '2000::/3';

/**
 * Whether `address` is global unicast: in none of IANA's special-purpose ranges, nor in one that carries an IPv4 address
 * within (v4-mapped, v4-compatible, 6to4, NAT64, Teredo).
 *
 * @param address - an IP address, without brackets
 */
export function isPublic(address: string): boolean {
  if (!isValid(address)) return false;
  const parsed = parse(address);
  return parsed.range() === 'unicast' && (!(parsed instanceof IPv6) || parsed.match(parseCIDR(GLOBAL_V6)));
}
