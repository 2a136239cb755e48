/** What takes too long to read is a finding: it is said, holds nothing, and the step does not fail. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { HOLD_MS, longestHold } from '../../fixtures/longest-hold';
import type { inThread } from '../../../activities/thread';
import { analyze, git, repositoryIn, run, world } from './world';

// As if what has a time of its own had a twentieth of it. What is read here would take many times as long as the whole.
jest.mock('../../../activities/thread', () => {
  const actual = jest.requireActual<{ inThread: typeof inThread }>('../../../activities/thread');
  const hurried = (module: string, name: string, timeMs?: number) =>
    actual.inThread(module, name, timeMs === undefined ? timeMs : timeMs / 20);
  return { ...actual, inThread: hurried };
});

const filled = (piece: string): string => piece.repeat(Math.floor((255 * 1_024) / piece.length));

test('a manifest that takes too long says so, holds nothing, and its step does not fail', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'slow'), {
    'escapes without an end/pubspec.yaml': `"${filled('\\x')}`,
    'commas/pubspec.yaml': `[${filled(',')}`,
  });
  let found: Awaited<ReturnType<typeof analyze>> | undefined;
  const held = await longestHold(async () => {
    found = await analyze(activities, url);
  });
  const tooLong = { state: 'unreadable', why: expect.stringContaining('too long') as unknown };
  expect(found?.dependencies.manifests).toMatchObject([tooLong, tooLong]);
  expect(found?.report).toContain('unreadable: it took too long');
  expect(held).toBeLessThan(HOLD_MS);
});

test('after three manifests that take too long the others are not tried', async () => {
  const { offered, activities } = world();
  const slow = `"${filled('\\x')}`;
  const url = repositoryIn(join(offered, 'slow'), {
    ...Object.fromEntries(['a', 'b', 'c'].map((folder) => [`${folder}/pubspec.yaml`, slow])),
    'd/pubspec.yaml': 'name: d\n',
  });
  const { manifests } = await run(activities.readDependencies, await run(activities.fetchRepository, { url }));
  const whys = manifests.map(({ why }) => why);
  const tooLong = expect.stringContaining('too long') as unknown;
  expect(whys).toEqual([tooLong, tooLong, tooLong, expect.stringContaining('not tried')]);
});

test('patterns of .gitattributes that take too long hold nothing, and are said not to be heeded', async () => {
  const { offered, activities } = world();
  const rules = Array.from({ length: 200 }, (_each, n) => `${'*aa'.repeat(60)}${n}b linguist-language=C`).join('\n');
  const folder = repositoryIn(join(offered, 'rules'), { '.gitattributes': `${rules}\n` });
  const paths = Array.from({ length: 400 }, (_each, n) => `${'a'.repeat(3_500)}${n}.c`);
  const changes = paths.map((path) => `M 100644 :1 ${path}`).join('\n');
  const tip = git(folder, 'rev-parse', 'HEAD');
  const commit = `commit refs/heads/main\ncommitter Ada <ada@example.com> 0 +0000\ndata 1\na\nfrom ${tip}\n${changes}\n`;
  execFileSync('git', ['fast-import', '--quiet'], { cwd: folder, input: `blob\nmark :1\ndata 1\na\n${commit}` });
  const repository = await run(activities.fetchRepository, { url: folder });
  let unheeded: number | undefined;
  const held = await longestHold(async () => {
    ({ unheeded } = await run(activities.takeInventory, repository));
  });
  expect(unheeded).toBe(paths.length + 1);
  expect(held).toBeLessThan(HOLD_MS);
});
