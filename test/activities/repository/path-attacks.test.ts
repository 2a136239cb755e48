/** Paths that are made to hold the worker that lists them. The event loop, which all its steps share, goes on. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { languagesOf, readTables } from '../../../activities/repository/languages';
import { createTally } from '../../../activities/repository/tally';
import { HOLD_MS, computed, longestHold } from '../../fixtures/longest-hold';
import { git, run, world } from './world';

/** A commit of many files whose paths have some 4,000 characters, made without a work tree. */
function repositoryOf(folder: string, paths: readonly string[]): string {
  mkdirSync(folder);
  git(folder, 'init', '-q');
  const file = 'data 1\na\n';
  const changes = paths.map((path) => `M 100644 :1 ${path}`).join('\n');
  const commit = `commit refs/heads/main\ncommitter Ada <ada@example.com> 0 +0000\ndata 1\na\n${changes}\n`;
  execFileSync('git', ['fast-import', '--quiet'], { cwd: folder, input: `blob\nmark :1\n${file}${commit}` });
  return folder;
}

test('a repository of many long paths does not hold the event loop', async () => {
  const { offered, activities } = world();
  const paths = Array.from({ length: 2_000 }, (_each, n) => `${`${'jquery'.repeat(33)}/`.repeat(20)}${n}`);
  const url = repositoryOf(join(offered, 'paths'), paths);
  const repository = await run(activities.fetchRepository, { url });
  const { files } = await run(activities.takeInventory, repository);
  const held = await longestHold(async () => {
    await run(activities.takeInventory, repository);
    await run(activities.readDependencies, repository);
    await run(activities.readHistory, repository);
  });
  expect(files).toBe(paths.length);
  expect(held).toBeLessThan(HOLD_MS);
});

test('to count many long keys that begin alike holds nothing, and the memory for them is bounded', () => {
  const tally = createTally();
  let longest = 0;
  for (let n = 0; n < 20_000; n += 1) {
    const begun = computed();
    tally.add(`${'a'.repeat(4_000)}${n}`, n === 0 ? 2 : 1);
    longest = Math.max(longest, computed() - begun);
  }
  expect(longest).toBeLessThan(250);
  expect(tally.top(2)).toMatchObject([
    [expect.stringMatching(/a0$/), 2],
    [expect.stringMatching(/a1$/), 1],
  ]);
  expect(tally.size()).toBeLessThan(5_000);
});

test('whether a long path is that of a third-party file is told in time', async () => {
  const { isVendored } = languagesOf(await readTables());
  const pieces = ['a', '/jquery', '/d3.', '/bootstrap.', 'mootools1.1', '.d.ts/', 'import.css/', '/prototype'];
  const begun = computed();
  for (let n = 0; n < 20; n += 1) for (const piece of pieces) isVendored(piece.repeat(4_096 / piece.length));
  expect(computed() - begun).toBeLessThan(1_500);
  expect(isVendored('node_modules/a/b.js')).toBe(true);
  expect(isVendored('types/a.d.ts')).toBe(true);
  expect(isVendored('src/a.ts')).toBe(false);
});
