/** Which IP addresses are on the public internet. All others may belong to machines near this one. */
import { IPv6, isValid, parse, parseCIDR } from 'ipaddr.js';

/** The IPv6 addresses for global use. The others are unassigned, or local, or contain an IPv4 address. */
const GLOBAL_V6 = '2000::/3';

/**
 * Addresses that look public but are not: at this one, Azure answers its own virtual machines. The addresses at which other
 * clouds hand out a machine's secrets are link-local, shared or unique local, so they are refused anyway.
 */
const NEIGHBOURS = ['168.63.129.16'];

/**
 * Tells whether an address is on the public internet: global unicast, in none of IANA's special-purpose ranges, and in no
 * range whose addresses contain an IPv4 address (v4-mapped, v4-compatible, 6to4, NAT64, Teredo).
 *
 * @param address - an IP address, without brackets
 */
export function isPublic(address: string): boolean {
  if (!isValid(address)) return false;
  const parsed = parse(address);
  if (NEIGHBOURS.includes(parsed.toString())) return false;
  return parsed.range() === 'unicast' && (!(parsed instanceof IPv6) || parsed.match(parseCIDR(GLOBAL_V6)));
}
