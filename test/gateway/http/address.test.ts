import { addressOf, createIsProxy } from '../../../gateway/http/address';

const from = (peer: string, told?: string) => ({
  socket: { remoteAddress: peer } as never,
  headers: told === undefined ? {} : { 'x-forwarded-for': told },
});
const isProxy = createIsProxy(['10.0.0.0/8', '192.168.1.7', 'fd00::/8']);

test.each<[string, string, string | undefined, string]>([
  ['a client that comes by itself', '203.0.113.9', undefined, '203.0.113.9'],
  ['a client that says it were another', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['a client behind a proxy', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
  ['a client behind two proxies', '10.1.2.3', '203.0.113.9, 192.168.1.7', '203.0.113.9'],
  ['a client behind a proxy that says it were another', '10.1.2.3', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['a proxy that says nothing', '10.1.2.3', undefined, '10.1.2.3'],
  ['a proxy that says what is no address', '10.1.2.3', 'unknown', '10.1.2.3'],
  ['a proxy whose address is written as IPv6', '::ffff:10.1.2.3', '203.0.113.9', '203.0.113.9'],
  ['a proxy on IPv6', 'fd00::1', '2001:db8::9', '2001:db8::9'],
])('the address of %s is found', (_what, peer, told, address) => {
  expect(addressOf(from(peer, told), isProxy)).toBe(address);
});
