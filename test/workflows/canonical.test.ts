import { digestOf } from '../../activities/upstreams/digest';
import { argsHash } from '../../gateway/ids';
import { canonical } from '../../workflows/canonical';

const VALUE = { b: [{ d: 1, c: null }], a: 'é' };

test('keys stand in one order at every depth, and lists stay as they are', () => {
  expect(canonical(VALUE)).toBe('{"a":"é","b":[{"c":null,"d":1}]}');
});

test('digests stay what they were, since jobs and listings keep them', () => {
  const kept = '4ad1c67a1e74b167570872a7ef466264cee5014917c4ab1e85adff407cd2745c';
  expect([argsHash(VALUE), digestOf(VALUE)]).toEqual([kept, kept]);
});

test('what an upstream does not say has the digest of null', () => {
  expect(digestOf(undefined)).toBe('74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b');
});
