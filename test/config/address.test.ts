/** Where metrics are served: on loopback, unless an address is named. */
import { Address, textOf } from '../../config/address';

test.each([
  ['9464', { host: '127.0.0.1', port: 9464 }],
  ['0.0.0.0:9464', { host: '0.0.0.0', port: 9464 }],
  ['[::]:9464', { host: '::', port: 9464 }],
  ['', undefined],
])('"%s" is read', (text, address) => {
  expect(Address.parse(text)).toEqual(address);
});

test.each(['abc', '70000', 'metrics.example:9464', '::1:9464', '9464/metrics'])('"%s" is none', (text) => {
  expect(Address.safeParse(text).error?.issues[0]?.message).toMatch(/a port, or address:port/);
});

test.each(['127.0.0.1:9464', '[::]:9464'])('%s is written as it was read', (text) => {
  const address = Address.parse(text);
  expect(address && textOf(address)).toBe(text);
});
