/** Which IP addresses are on the public internet. Everything else may be a neighbour of ours, and is nobody's to reach. */
import { IPv6, isValid, parse, parseCIDR } from 'ipaddr.js';

/** All of IPv6 that is given out for global use. Outside of it lie spellings of IPv4 addresses, and what has no meaning yet. */
const GLOBAL_V6 = '2000::/3';

/**
 * Public by their number, and yet a neighbour of ours: Azure's platform answers its virtual machines here. The addresses at
 * which other clouds tell a machine its secrets are link-local, shared or unique local, and so not public in any case.
 */
const NEIGHBOURS = ['168.63.129.16'];

/**
 * Whether `address` is global unicast and no cloud's own: in none of IANA's special-purpose ranges, nor in one that carries
 * an IPv4 address within (v4-mapped, v4-compatible, 6to4, NAT64, Teredo).
 *
 * @param address - an IP address, without brackets
 */
export function isPublic(address: string): boolean {
  if (!isValid(address)) return false;
  const parsed = parse(address);
  if (NEIGHBOURS.includes(parsed.toString())) return false;
  return parsed.range() === 'unicast' && (!(parsed instanceof IPv6) || parsed.match(parseCIDR(GLOBAL_V6)));
}
