/** What may be fetched. A refusal repeats nothing of the url and does not tell whether a path exists. */
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { failureOf, git, repositoryIn, run, world } from './world';
import { analyzeRepository } from '../../../workflows/analyze-repository/tool';

test.each([
  'http://example.com/a/b',
  'git://example.com/a/b',
  'ssh://git@example.com/a/b',
  'git@example.com:a/b.git',
  'ext::sh -c "touch /tmp/x"',
  'file://example.com/etc',
  'a/relative/path',
  '--upload-pack=touch /tmp/x',
  '-oProxyCommand=x',
  'file:///a%2fb',
  'file:///a%00b',
  '',
])('%s is not a url that is fetched', async (url) => {
  const { activities } = world();
  expect(await failureOf(run(activities.fetchRepository, { url }))).toMatchObject({ type: 'invalid_input' });
});

const withCredentials = [
  'https://user:hunter2@example.com/a/b',
  'https://hunter2@example.com/a/b',
  'https:user:hunter2@example.com/a/b',
  'https:/\\user:hunter2@example.com/a/b',
  'https://example.com/a/b?token=hunter2',
  'https://example.com/a/b#hunter2',
  'http://user:hunter2@example.com/a/b',
  'ssh://user:hunter2@example.com/a/b',
  '  https://user:hunter2@example.com/a',
];

test.each(withCredentials)('%s is refused by the step, which does not repeat the credentials', async (url) => {
  const { activities } = world();
  const failure = await failureOf(run(activities.fetchRepository, { url }));
  expect(failure.type).toBe('invalid_input');
  expect(failure.message).not.toContain('hunter2');
});

test.each(withCredentials)('%s is refused by the schema, before there is a job', (url) => {
  const parsed = analyzeRepository.input.safeParse({ url });
  expect(parsed.success).toBe(false);
  expect(JSON.stringify(parsed.error)).not.toContain('hunter2');
});

test.each([
  { url: 'https://example.com/a/b' },
  { url: '/srv/git/a@b' },
  { url: 'file:///srv/a@b', ref: 'feature/x-1' },
])('the schema takes %j', (input) => {
  expect(analyzeRepository.input.safeParse(input).success).toBe(true);
});

test.each(['-x', 'a b', 'a..b', 'a:b', 'a^{}', 'a\nb', 'a*', '@{1}', ''])('the schema refuses the ref %j', (ref) => {
  expect(analyzeRepository.input.safeParse({ url: 'https://example.com/a/b', ref }).success).toBe(false);
});

test('a path outside the offered folders is refused alike whether it exists or not', async () => {
  const { root, activities } = world();
  const existing = repositoryIn(join(root, 'private'), { a: 'a' });
  const there = await failureOf(run(activities.fetchRepository, { url: existing }));
  const nowhere = await failureOf(run(activities.fetchRepository, { url: join(root, 'nowhere') }));
  expect(there).toEqual(nowhere);
  expect(there.type).toBe('invalid_input');
});

test('a folder whose name begins like an offered one is not offered', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(`${offered}-not`, { a: 'a' });
  expect(await failureOf(run(activities.fetchRepository, { url }))).toMatchObject({ type: 'invalid_input' });
});

test('dots do not lead out of the offered folder', async () => {
  const { root, offered, activities } = world();
  repositoryIn(join(root, 'private'), { a: 'a' });
  const url = `${offered}/../private`;
  expect(await failureOf(run(activities.fetchRepository, { url }))).toMatchObject({ type: 'invalid_input' });
});

/** Ways out of an offered folder. Each makes `door` there, which leads to the repository `inside`. */
const doors: Record<string, (door: string, inside: string) => void> = {
  'a symbolic link': (door, inside) => symlinkSync(inside, door),
  'a .git that is a symbolic link': (door, inside) => {
    mkdirSync(door);
    symlinkSync(join(inside, '.git'), join(door, '.git'));
  },
  'a .git that is a pointer': (door, inside) => {
    mkdirSync(door);
    writeFileSync(join(door, '.git'), `gitdir: ${join(inside, '.git')}\n`);
  },
  'a commondir': (door, inside) => {
    repositoryIn(door, { b: 'b' });
    writeFileSync(join(door, '.git', 'commondir'), join(inside, '.git'));
  },
  alternates: (door, inside) => {
    repositoryIn(door, { b: 'b' });
    writeFileSync(join(door, '.git/objects/info/alternates'), join(inside, '.git/objects'));
  },
  'objects that are a symbolic link': (door, inside) => {
    repositoryIn(door, { b: 'b' });
    renameSync(join(door, '.git/objects'), join(door, 'objects'));
    symlinkSync(join(inside, '.git/objects'), join(door, '.git/objects'));
  },
  'a folder of refs that is a symbolic link': (door, inside) => {
    repositoryIn(door, { b: 'b' });
    rmSync(join(door, '.git/refs/heads'), { recursive: true });
    symlinkSync(join(inside, '.git/refs/heads'), join(door, '.git/refs/heads'));
  },
  'a single ref that is a symbolic link': (door, inside) => {
    repositoryIn(door, { b: 'b' });
    symlinkSync(join(inside, '.git/refs/heads/main'), join(door, '.git/refs/heads/theirs'));
  },
  'a single object that is a symbolic link': (door, inside) => {
    repositoryIn(door, { b: 'b' });
    mkdirSync(join(door, '.git/objects/pack'), { recursive: true });
    symlinkSync(join(inside, '.git/objects/any.pack'), join(door, '.git/objects/pack/any.pack'));
  },
  'an include in the configuration': (door, inside) => {
    repositoryIn(door, { b: 'b' });
    appendFileSync(join(door, '.git/config'), `[Include]\n\tpath = ${join(inside, '.git/config')}\n`);
  },
  'a neighbour with the suffix .git': (door, inside) => {
    mkdirSync(door);
    symlinkSync(join(inside, '.git'), `${door}.git`);
  },
};

test.each(Object.keys(doors))('%s does not lead out of the offered folder', async (name) => {
  const { root, offered, activities } = world();
  const inside = repositoryIn(join(root, 'private'), { a: 'a' });
  doors[name]?.(join(offered, 'door'), inside);
  const failure = await failureOf(run(activities.fetchRepository, { url: join(offered, 'door') }));
  expect(['invalid_input', 'refused']).toContain(failure.type);
});

test('a file url names the same repository as its path', async () => {
  const { offered, activities } = world();
  const path = repositoryIn(join(offered, 'with space & ümlaut#%41'), { a: 'a' });
  const [byPath, byUrl] = [
    await run(activities.fetchRepository, { url: path }),
    await run(activities.fetchRepository, { url: pathToFileURL(path).href }),
  ];
  expect(byPath).toEqual(byUrl);
});

test('a bare repository is analyzed like any other', async () => {
  const { offered, activities } = world();
  const plain = repositoryIn(join(offered, 'plain'), { a: 'a' });
  git(offered, 'clone', '-q', '--bare', plain, 'bare.git');
  expect(await run(activities.fetchRepository, { url: join(offered, 'bare.git') })).toMatchObject({
    commit: git(plain, 'rev-parse', 'HEAD'),
  });
});
