/** Who changed a repository, and where. What cannot be told apart, or is gone, is said. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMoves } from '../../../activities/repository/moves';
import { analyze, git, repositoryIn, world } from './world';

/** A commit of somebody who is called Ada. */
function commitAs(url: string, address: string): void {
  git(url, '-c', `user.email=${address}`, 'commit', '-q', '--allow-empty', '-m', address);
}

test('.mailmap joins the addresses of a person, as it is in the analyzed commit', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), {
    '.mailmap': 'Ada Lovelace <ada@example.com> Ada <old@example.com>\nAda Lovelace <ada@example.com>\n',
  });
  commitAs(url, 'old@example.com');
  writeFileSync(join(url, '.mailmap'), 'Wrong <ada@example.com>\n'); // not committed
  const { history } = await analyze(activities, url);
  expect(history).toMatchObject({ authors: 1, topAuthors: [{ name: 'Ada Lovelace', commits: 2 }] });
});

test('authors of one name with two addresses are told apart', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' }, { a: 'b' });
  commitAs(url, 'other@example.com');
  const { history, report } = await analyze(activities, url);
  expect(history.topAuthors).toEqual([
    { name: 'Ada', commits: 2 },
    { name: 'Ada', commits: 1, sameName: 2 },
  ]);
  expect(report).toContain('- `Ada` (another address, no. 2): 1 commits');
  expect(report).not.toContain('@example.com');
});

test('files that change most and are gone are marked', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { old: 'a', now: 'a' }, { old: 'b' });
  rmSync(join(url, 'old'));
  git(url, 'add', '-A');
  git(url, 'commit', '-q', '-m', 'removed');
  const { history, report } = await analyze(activities, url);
  expect(history.hotSpots).toEqual([
    { path: 'old', commits: 3, gone: true },
    { path: 'now', commits: 1 },
  ]);
  expect(report).toContain('- `old` (gone): 3 commits');
});

test('a file that was moved keeps the commits of its earlier names', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { first: 'a\n', other: 'o\n' }, { first: 'b\n' });
  for (const [from, to] of [
    ['first', 'second'],
    ['second', 'R100'],
  ] as const) {
    git(url, 'mv', from, to);
    git(url, 'commit', '-q', '-m', 'moved');
  }
  repositoryIn(url, { R100: 'c\n' });
  const { history } = await analyze(activities, url);
  expect(history.hotSpots).toEqual([
    { path: 'R100', commits: 5 },
    { path: 'other', commits: 1 },
  ]);
});

test('a new file at the place of one that was moved keeps its own commits', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a\n' });
  git(url, 'mv', 'a', 'b');
  git(url, 'commit', '-q', '-m', 'moved');
  repositoryIn(url, { a: 'new\n' }, { a: 'newer\n' });
  const { history } = await analyze(activities, url);
  expect(history.hotSpots).toEqual([
    { path: 'a', commits: 3 },
    { path: 'b', commits: 1 },
  ]);
});

test('a file that was moved to and fro is one file', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a\n' });
  for (const [from, to] of [
    ['a', 'b'],
    ['b', 'a'],
    ['a', 'b'],
  ] as const) {
    git(url, 'mv', from, to);
    git(url, 'commit', '-q', '-m', 'moved');
  }
  const { history } = await analyze(activities, url);
  expect(history.hotSpots).toEqual([{ path: 'b', commits: 4 }]);
});

test('moves in a circle come to an end', () => {
  const moves = createMoves();
  for (const [from, to] of ['ab', 'bc', 'ca', 'da'].map((way) => [way[0] ?? '', way[1] ?? ''] as const))
    moves.add(from, to);
  const followed = [...moves.followed(new Set('abcd'))];
  expect(followed.length).toBeGreaterThan(0);
  expect(followed.every(([path, target]) => path !== target)).toBe(true);
});
