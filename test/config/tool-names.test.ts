/** How the tools of upstreams are called. */
import { CLIENT_PREFIX, NAME_MAX, namesOf, namesOfAll, prefixOf } from '../../config/tool-names';
import { computed } from '../fixtures/longest-hold';

const listed = (upstream: string, tools: readonly string[], taken: readonly string[] = []): string[] => [
  ...namesOf(upstream, prefixOf(upstream, undefined), tools, new Set(taken)).values(),
];

test('a tool is called by its prefix and its name', () => {
  expect(listed('github', ['create_issue', 'get-me'])).toEqual(['github_create_issue', 'github_get-me']);
  expect([...namesOf('github', '', ['create_issue']).values()]).toEqual(['create_issue']);
});

test('what cannot stand in a name becomes _', () => {
  expect(listed('x', ['a.b/c d', 'größe'])).toEqual(['x_a_b_c_d', 'x_gr__e']);
});

test("a name fits into 64 characters with the client's prefix, and begins and ends the same each time", () => {
  const long = 'a'.repeat(100);
  const [fitting, over] = ['c'.repeat(NAME_MAX - 2), 'd'.repeat(NAME_MAX - 1)];
  const [name = '', other = '', exact = '', longer = ''] = listed('x', [long, `${long}b`, fitting, over]);
  expect(CLIENT_PREFIX.length + name.length).toBe(64);
  expect(name).toMatch(/^x_a{38}_[0-9a-f]{8}$/);
  expect(name).toBe('x_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_461042bc');
  expect(other).not.toBe(name);
  expect(exact).toBe(`x_${fitting}`);
  expect(longer).toMatch(/^x_d{38}_[0-9a-f]{8}$/);
});

test('names that would be the same get a hash each, in whatever order they come', () => {
  const names = namesOf('x', 'x_', ['a.b', 'a/b', 'c']);
  expect([...names.values()]).toEqual([
    expect.stringMatching(/^x_a_b_[0-9a-f]{8}$/),
    expect.stringMatching(/^x_a_b_[0-9a-f]{8}$/),
    'x_c',
  ]);
  expect(new Set(names.values()).size).toBe(3);
  const turned = namesOf('x', 'x_', ['c', 'a/b', 'a.b']);
  for (const [original, name] of names) expect(turned.get(original)).toBe(name);
});

test('a name that is taken gets a hash', () => {
  expect(listed('job', ['wait', 'go'], ['job_wait'])).toEqual([
    expect.stringMatching(/^job_wait_[0-9a-f]{8}$/),
    'job_go',
  ]);
});

test('nobody can take the name that another tool gets by its hash', () => {
  const [hashed = ''] = listed('x', ['a.b', 'a/b']);
  const tools = ['a.b', 'a/b', hashed.slice('x_'.length)];
  const names = namesOf('x', 'x_', tools);
  expect(names.get('a.b')).toBe(hashed);
  expect(new Set(names.values()).size).toBe(3);
});

test('tools of two upstreams that would have one name get a hash each, and no other tool is renamed', () => {
  const upstreams = [
    { upstream: 'a', prefix: 'a_', tools: ['b_c', 'd'] },
    { upstream: 'a_b', prefix: 'a_b_', tools: ['c'] },
  ];
  const names = namesOfAll(upstreams);
  expect(names.get('a')?.get('d')).toBe('a_d');
  const [first, second] = [names.get('a')?.get('b_c'), names.get('a_b')?.get('c')];
  expect([first, second]).toEqual(Array(2).fill(expect.stringMatching(/^a_b_c_[0-9a-f]{8}$/)));
  expect(first).not.toBe(second);
  expect(namesOfAll([...upstreams].reverse())).toEqual(names);
});

test('a name that the operator chose stays, and what was called so gets a hash', () => {
  const names = namesOfAll([
    { upstream: 'x', prefix: '', tools: ['find', 'search'], renamed: new Map([['search', 'find']]) },
  ]).get('x');
  expect(names?.get('search')).toBe('find');
  expect(names?.get('find')).toMatch(/^find_[0-9a-f]{8}$/);
});

test('five thousand tools that are all called the same take no time', () => {
  const begun = computed();
  const names = namesOf(
    'x',
    '',
    Array.from({ length: 5_000 }, (_, n) => `${'ä'.repeat(60)}${'ö'.repeat(n)}`),
  );
  expect(new Set(names.values()).size).toBe(5_000);
  expect(computed() - begun).toBeLessThan(5_000);
});
