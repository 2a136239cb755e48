import { argsHash, createIds, isJobId } from '../../gateway/ids';

const ids = createIds('a secret of more than thirty-two characters');
const alice = { tenant: 'acme', subject: 'alice' };

test('a job id is job_ and 16 Crockford base32 characters', () => {
  for (let n = 0; n < 100; n += 1) expect(isJobId(ids.newRef(alice, 'echo', undefined).id)).toBe(true);
});

test('without a key no two ids are alike', () => {
  const made = Array.from({ length: 10_000 }, () => ids.newRef(alice, 'echo', undefined).id);
  expect(new Set(made).size).toBe(10_000);
});

test('the same key, tool and caller give the same job on every gateway with the secret', () => {
  const again = createIds('a secret of more than thirty-two characters');
  expect(again.newRef(alice, 'echo', 'k')).toEqual(ids.newRef(alice, 'echo', 'k'));
});

test.each([
  ['key', ids.newRef(alice, 'echo', 'other')],
  ['tool', ids.newRef(alice, 'other', 'k')],
  ['subject', ids.newRef({ ...alice, subject: 'bob' }, 'echo', 'k')],
  ['tenant', ids.newRef({ ...alice, tenant: 'other' }, 'echo', 'k')],
  ['secret', createIds('another secret of more than thirty-two').newRef(alice, 'echo', 'k')],
])('another %s gives another job', (_what, other) => {
  expect(other.id).not.toBe(ids.newRef(alice, 'echo', 'k').id);
});

test('the next job of a key has an id of its own, equal on every gateway', () => {
  const made = [0, 1, 2].map((again) => ids.newRef(alice, 'echo', 'k', again).id);
  expect(new Set(made).size).toBe(3);
  expect(ids.newRef(alice, 'echo', 'k', 0)).toEqual(ids.newRef(alice, 'echo', 'k'));
  expect(ids.newRef(alice, 'echo', 'k', 2).id).toBe(made[2]);
});

test('the order of the arguments does not change their hash, and their values do', () => {
  expect(argsHash({ a: 1, b: { c: 2, d: 3 } })).toBe(argsHash({ b: { d: 3, c: 2 }, a: 1 }));
  expect(argsHash({ a: 1 })).not.toBe(argsHash({ a: 2 }));
});
