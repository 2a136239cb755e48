/** Where a request comes from, seen through the proxies that the operator has listed, and through no others. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Whether an address is a listed proxy's. */
export type IsProxy = (address: string) => boolean;

/** @param proxies - addresses, or ranges such as 10.0.0.0/8 */
export function createIsProxy(proxies: readonly string[]): IsProxy {
  if (proxies.length === 0) return () => false; // each request asks, and even an empty list takes microseconds to look through
  const listed = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    if (bits === undefined) listed.addAddress(address, familyOf(address));
    else listed.addSubnet(address, Number(bits), familyOf(address));
  }
  return (address) => isIP(address) !== 0 && listed.check(address, familyOf(address));
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6');

/** The address of a client: what the last listed proxy says of it. What comes from anywhere else is the client's own, and not believed. */
export function addressOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>, isProxy: IsProxy): string {
  const told = String(headers['x-forwarded-for'] ?? '').split(',');
  let address = socket.remoteAddress ?? '';
  while (isProxy(address)) {
    const before = told.pop()?.trim() ?? '';
    if (isIP(before) === 0) break;
    address = before;
  }
  return address;
}
