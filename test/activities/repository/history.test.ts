/** Who changed a repository, and where. What cannot be told apart, or is gone, is said. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
