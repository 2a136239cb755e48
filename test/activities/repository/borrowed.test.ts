/** A local repository is read where it is: nothing is copied or written, and what it lacks, or loses meanwhile, is said. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyze, failureOf, git, replaceGit, repositoryIn, run, world } from './world';

/** Every file of a folder, with what tells that it was written to. */
const stateOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => [name, statSync(join(folder, name)).mtimeMs, statSync(join(folder, name)).ctimeMs]);

const cloneIn = (cacheDir: string) => join(cacheDir, readdirSync(cacheDir).find((name) => name.endsWith('.git')) ?? '');

test('a local repository is neither copied nor written to', async () => {
  const { offered, cacheDir, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a\n' }, { a: 'b\n' });
  const before = stateOf(url);
  const { inventory, history } = await analyze(activities, url);
  expect([inventory.lines, history.commits]).toEqual([1, 2]);
  expect(stateOf(url)).toEqual(before);
  expect(readdirSync(join(cloneIn(cacheDir), 'objects'), { recursive: true }).sort()).toEqual([
    'info',
    'info/alternates',
    'pack',
  ]);
});

test.each(['a "quoted" one', 'back\\slash', '#hash', 'line\nbreak', 'co:lon', "it's"])(
  'is read where it is in a folder called %j',
  async (name) => {
    const { offered, activities } = world();
    const url = repositoryIn(join(offered, name), { a: 'a\n' });
    const repository = await run(activities.fetchRepository, { url });
    expect((await run(activities.takeInventory, repository)).lines).toBe(1);
  },
);

/** Has a summary of a history say of each commit that it has no parent. Git believes one whose checksum is wrong. */
function cutOff(graph: string): void {
  const bytes = readFileSync(graph);
  const commits = bytes.indexOf('CDAT'); // the chunks are listed first: a name, and 8 bytes of where it begins
  const from = Number(bytes.readBigUInt64BE(commits + 4));
  const to = Number(bytes.readBigUInt64BE(commits + 16));
  for (let at = from; at < to; at += 36) bytes.writeUInt32BE(0x70000000, at + 20); // behind the id of its tree
  rmSync(graph);
  writeFileSync(graph, bytes);
}

test('what a local repository sums up of its own history is not believed', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' }, { a: 'b' });
  git(url, 'commit-graph', 'write', '--reachable');
  cutOff(join(url, '.git/objects/info/commit-graph'));
  expect(git(url, 'rev-list', '--count', 'HEAD')).toBe('1'); // as git itself believes it
  const repository = await run(activities.fetchRepository, { url });
  expect((await run(activities.readHistory, repository)).commits).toBe(2);
});

test('replacements and grafts of a local repository take no part', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' }, { a: 'b' }, { a: 'c' });
  git(url, 'replace', git(url, 'rev-parse', 'HEAD~1'), git(url, 'commit-tree', '-m', 'other', 'HEAD^{tree}'));
  writeFileSync(join(url, '.git/info/grafts'), `${git(url, 'rev-parse', 'HEAD')}\n`);
  const repository = await run(activities.fetchRepository, { url });
  expect((await run(activities.readHistory, repository)).commits).toBe(3);
});

test('a repository that lacks nothing of the commit is analyzed, also when it is a partial clone', async () => {
  const { root, offered, activities } = world();
  const whole = repositoryIn(join(root, 'whole'), { a: 'a\n' }, { a: 'b\n' });
  git(whole, 'config', 'uploadpack.allowFilter', 'true');
  git(offered, 'clone', '-q', '--filter=blob:none', `file://${whole}`, 'partial'); // it has the files of its work tree
  const { inventory, history } = await analyze(activities, join(offered, 'partial'));
  expect([inventory.lines, history.commits, history.hotSpots]).toEqual([1, 2, [{ path: 'a', commits: 2 }]]);
});

test('a partial clone that lacks something is refused for good, and told apart from a damaged one', async () => {
  const { root, offered, activities } = world();
  const whole = repositoryIn(join(root, 'whole'), { a: 'a' });
  git(whole, 'config', 'uploadpack.allowFilter', 'true');
  git(offered, 'clone', '-q', '--bare', '--filter=blob:none', `file://${whole}`, 'partial');
  const partial = await failureOf(analyze(activities, join(offered, 'partial')));
  expect(partial).toMatchObject({ nonRetryable: true, message: expect.stringContaining('partial clone') });

  const damaged = repositoryIn(join(offered, 'damaged'), { a: 'a' });
  const blob = git(damaged, 'rev-parse', 'HEAD:a');
  rmSync(join(damaged, '.git/objects', blob.slice(0, 2), blob.slice(2)));
  const missing = await failureOf(analyze(activities, damaged));
  expect(missing).toMatchObject({ nonRetryable: true, message: expect.stringContaining('missing') });
});

test.each(['HEAD~1', 'HEAD~1^{tree}'])('a history that lacks %s is not given as a shorter one', async (name) => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'damaged'), { a: 'a' }, { a: 'b' }, { a: 'c' });
  const lost = git(url, 'rev-parse', name);
  rmSync(join(url, '.git/objects', lost.slice(0, 2), lost.slice(2)));
  const failure = await failureOf(analyze(activities, url));
  expect(failure).toMatchObject({ type: 'refused', nonRetryable: true, message: expect.stringContaining('missing') });
});

test('a repository that loses the commit while it is analyzed is not given as another one', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  const repository = await run(activities.fetchRepository, { url });
  await run(activities.takeInventory, repository);
  git(url, 'commit', '-q', '--amend', '-m', 'rewritten');
  git(url, 'reflog', 'expire', '--expire=now', '--all');
  git(url, 'gc', '-q', '--prune=now');
  const failure = await failureOf(run(activities.readHistory, repository));
  expect(failure).toMatchObject({
    type: 'refused',
    nonRetryable: true,
    message: expect.stringContaining('was changed'),
  });
});

test('a repository that is packed anew while it is read gives the same answer', async () => {
  const { root, offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), ...Array.from({ length: 5 }, (_each, n) => ({ a: `${n}\n` })));
  const repository = await run(activities.fetchRepository, { url });
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  replaceGit(root, '--name-status', `${real} -C ${url} -c gc.auto=0 gc -q --prune=now`);
  expect(await run(activities.readHistory, repository)).toMatchObject({
    commits: 5,
    hotSpots: [{ path: 'a', commits: 5 }],
  });
});

test('a repository that leads out of the offered folder by the end of a step gives no answer', async () => {
  const { root, offered, activities } = world();
  const inside = repositoryIn(join(root, 'private'), { secret: 'a' });
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  const repository = await run(activities.fetchRepository, { url });
  replaceGit(root, 'log', `ln -sf ${join(inside, '.git/objects/xx')} ${join(url, '.git/objects/xx')}`);
  expect(await failureOf(run(activities.readHistory, repository))).toMatchObject({ type: 'invalid_input' });
});

test('a repository that was shallow at first and is no longer is not summed up as one', async () => {
  const { offered, activities } = world();
  const whole = repositoryIn(join(offered, 'whole'), { a: 'a' }, { a: 'b' }, { a: 'c' });
  git(offered, 'clone', '-q', '--bare', '--depth', '2', `file://${whole}`, 'shallow');
  const url = join(offered, 'shallow');
  const repository = await run(activities.fetchRepository, { url });
  git(url, 'fetch', '-q', '--unshallow');
  expect(await failureOf(run(activities.readHistory, repository))).toMatchObject({ type: 'refused' });
  expect((await analyze(activities, url)).history.commits).toBe(3);
});

test('a history that ends early in another branch alone is no shallow one', async () => {
  const { offered, activities } = world();
  const whole = repositoryIn(join(offered, 'whole'), { a: 'a' }, { a: 'b' });
  const url = repositoryIn(join(offered, 'plain'), { b: 'b' });
  git(url, 'fetch', '-q', '--depth', '1', `file://${whole}`, 'main:other');
  expect(existsSync(join(url, '.git/shallow'))).toBe(true);
  expect(await run(activities.fetchRepository, { url })).toMatchObject({ shallow: false });
  expect(await run(activities.fetchRepository, { url, ref: 'other' })).toMatchObject({ shallow: true });
});

test('a list of where the history ends that cannot be read is said', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  appendFileSync(join(url, '.git/shallow'), 'nonsense\n');
  expect(await failureOf(run(activities.fetchRepository, { url }))).toMatchObject({ type: 'refused' });
});

test('a local repository may be larger than a clone', async () => {
  const { offered, activities } = world({ maxBytes: 1 });
  const url = repositoryIn(join(offered, 'plain'), { a: 'a\n' });
  const repository = await run(activities.fetchRepository, { url });
  expect((await run(activities.takeInventory, repository)).lines).toBe(1);
});
