/** Clones come and go under the steps: any worker may run any step, crash in it, or be told to stop. */
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync, readdirSync, rmSync, truncateSync, utimesSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { createRepositorySteps } from '../../../activities/repository/steps';
import { attempt, elsewhere, failureOf, git, replaceGit, repositoryIn, run, world } from './world';

const clonesIn = (cacheDir: string) => readdirSync(cacheDir).filter((name) => name.endsWith('.git'));
const draftsIn = (cacheDir: string) => readdirSync(cacheDir).filter((name) => name.startsWith('draft-'));

test('a later step on another worker fetches the clone again', async () => {
  const { root, offered, activities, otherWorker } = world();
  replaceGit(root, 'nothing', '');
  const url = elsewhere(repositoryIn(join(offered, 'plain'), { a: 'a\n' }));
  const repository = await run(activities.fetchRepository, { url });
  expect(await run(otherWorker().takeInventory, repository)).toMatchObject({ files: 1, lines: 1 });
});

test('a later step fetches a clone again that was removed meanwhile', async () => {
  const { root, offered, cacheDir, activities } = world();
  replaceGit(root, 'nothing', '');
  const url = elsewhere(repositoryIn(join(offered, 'plain'), { a: 'a\n' }));
  const repository = await run(activities.fetchRepository, { url });
  rmSync(cacheDir, { recursive: true });
  expect(await run(activities.readHistory, repository)).toMatchObject({ commits: 1 });
  expect(clonesIn(cacheDir)).toHaveLength(1);
});

test('all steps see the commit that was fetched, also after the branch has moved on', async () => {
  const { offered, activities, otherWorker } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a\n' });
  const repository = await run(activities.fetchRepository, { url });
  repositoryIn(url, { b: 'b\n' });
  expect(await run(otherWorker().takeInventory, repository)).toMatchObject({ files: 1 });
});

test('a later step says so when the fetched commit is no longer offered', async () => {
  const { offered, activities, otherWorker } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a\n' });
  const repository = await run(activities.fetchRepository, { url });
  git(url, 'commit', '-q', '--amend', '-m', 'rewritten');
  git(url, 'reflog', 'expire', '--expire=now', '--all');
  git(url, 'gc', '-q', '--prune=now');
  const failure = await failureOf(run(otherWorker().takeInventory, repository));
  expect(failure).toMatchObject({ type: 'refused', message: expect.stringContaining('no longer offers') });
});

test('a second call takes the new commit', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  await run(activities.fetchRepository, { url });
  repositoryIn(url, { b: 'b' });
  expect(await run(activities.fetchRepository, { url })).toMatchObject({ commit: git(url, 'rev-parse', 'HEAD') });
});

test('a second call for the same commit downloads nothing', async () => {
  const { root, offered, activities } = world();
  const url = elsewhere(repositoryIn(join(offered, 'plain'), { a: 'a' }));
  replaceGit(root, 'fetch', `[ ! -e ${root}/fetched ] || exit 1; : > ${root}/fetched`);
  const first = await run(activities.fetchRepository, { url });
  expect(await run(activities.fetchRepository, { url })).toEqual(first);
});

test('two workers that fetch the same repository at once both succeed and leave one clone', async () => {
  const { root, offered, cacheDir, activities } = world();
  const url = elsewhere(repositoryIn(join(offered, 'plain'), { a: 'a\n' }));
  const meeting = join(root, 'meeting');
  mkdirSync(meeting);
  // Neither download goes on before both have begun.
  replaceGit(root, 'fetch', `: > ${meeting}/$$; while [ $(ls ${meeting} | wc -l) -lt 2 ]; do sleep 0.01; done`);
  const second = createRepositorySteps({ cacheDir, localPaths: [offered], maxBytes: 1024 ** 3 });
  const [one, two] = await Promise.all([
    run(activities.fetchRepository, { url }),
    run(second.fetchRepository, { url }),
  ]);
  expect(one).toEqual(two);
  expect([clonesIn(cacheDir).length, draftsIn(cacheDir).length]).toEqual([1, 0]);
  expect(await run(activities.takeInventory, one)).toMatchObject({ lines: 1 });
});

test('a damaged clone is discarded, and the next attempt succeeds', async () => {
  const { root, offered, cacheDir, activities } = world();
  replaceGit(root, 'nothing', '');
  const url = elsewhere(repositoryIn(join(offered, 'plain'), { a: 'a\n' }));
  const repository = await run(activities.fetchRepository, { url });
  const packs = join(cacheDir, clonesIn(cacheDir)[0] ?? '', 'objects/pack');
  for (const pack of readdirSync(packs)) {
    execFileSync('chmod', ['u+w', join(packs, pack)]);
    truncateSync(join(packs, pack), 40);
  }
  const failure = await failureOf(run(activities.takeInventory, repository));
  expect(failure).toMatchObject({ type: 'unavailable', nonRetryable: false });
  expect(await run(activities.takeInventory, repository)).toMatchObject({ lines: 1 });
});

test('drafts of dead workers are removed, those of living ones are not', async () => {
  const { offered, cacheDir, activities } = world();
  mkdirSync(join(cacheDir, 'draft-dead', 'objects'), { recursive: true });
  mkdirSync(join(cacheDir, 'draft-living'));
  utimesSync(join(cacheDir, 'draft-dead'), 1, 1);
  await run(activities.fetchRepository, { url: repositoryIn(join(offered, 'plain'), { a: 'a' }) });
  expect(draftsIn(cacheDir)).toEqual(['draft-living']);
});

test('no more than twenty clones are kept, and the one just fetched is among them', async () => {
  const { offered, cacheDir, activities } = world();
  for (let age = 1; age <= 25; age += 1) {
    mkdirSync(join(cacheDir, `${age}.git`), { recursive: true });
    utimesSync(join(cacheDir, `${age}.git`), age, age);
  }
  const repository = await run(activities.fetchRepository, { url: repositoryIn(join(offered, 'plain'), { a: 'a' }) });
  const kept = clonesIn(cacheDir);
  expect(kept).toHaveLength(20);
  expect([kept.includes('25.git'), kept.includes('1.git'), repository.empty]).toEqual([true, false, false]);
});

test('a download over the limit is stopped while it runs', async () => {
  const { root, offered, cacheDir, activities } = world({ maxBytes: 1_000_000 });
  const url = elsewhere(repositoryIn(join(offered, 'plain'), { a: 'a' }));
  replaceGit(root, 'fetch', 'head -c 2000000 /dev/zero > $dir/objects/pack/tmp_pack_1; exec sleep 1000');
  expect(await failureOf(run(activities.fetchRepository, { url }))).toMatchObject({ type: 'refused' });
  expect([clonesIn(cacheDir), draftsIn(cacheDir)]).toEqual([[], []]);
});

test.each(['fetch', 'ls-tree', 'cat-file', 'log'])(
  'cancelling kills git %s and everything it started',
  async (command) => {
    const { root, offered, activities } = world();
    const path = repositoryIn(join(offered, 'plain'), { a: 'a' });
    const url = command === 'fetch' ? elsewhere(path) : path;
    const repository = command === 'fetch' ? undefined : await run(activities.fetchRepository, { url });
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // Both processes hold the pipe open: it ends when the last of them is dead.
    replaceGit(root, command, `exec 3> ${pipe}; sleep 1000 & echo ready >&3; wait`);

    const environment = attempt();
    const step =
      repository === undefined
        ? run(activities.fetchRepository, { url }, environment)
        : command === 'log'
          ? run(activities.readHistory, repository, environment)
          : run(activities.takeInventory, repository, environment);
    const failed = step.catch((error: unknown) => error);
    const held = createReadStream(pipe, 'utf8');
    const dead = once(held, 'end');
    await once(held, 'data');
    environment.cancel();
    expect(await failed).toMatchObject({ name: 'CancelledFailure' });
    await dead;
  },
);

test('a cancelled download leaves nothing behind', async () => {
  const { root, offered, cacheDir, activities } = world();
  const url = elsewhere(repositoryIn(join(offered, 'plain'), { a: 'a' }));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  replaceGit(root, 'fetch', `echo ready > ${join(root, 'pipe')}; exec sleep 1000`);
  const environment = attempt();
  const failed = run(activities.fetchRepository, { url }, environment).catch((error: unknown) => error);
  await once(createReadStream(join(root, 'pipe')), 'data');
  expect(draftsIn(cacheDir)).toHaveLength(1);
  environment.cancel();
  await failed;
  expect([clonesIn(cacheDir), draftsIn(cacheDir)]).toEqual([[], []]);
});

test('a worker without git says so', async () => {
  const { root, offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  process.env['PATH'] = join(root, 'nowhere');
  const failure = await failureOf(run(activities.fetchRepository, { url }));
  expect(failure).toMatchObject({ type: 'unavailable', message: expect.stringContaining('has no git') });
});

test('the progress of a download is reported', async () => {
  const { root, offered, activities } = world();
  const url = elsewhere(repositoryIn(join(offered, 'plain'), { a: 'a' }));
  replaceGit(root, 'nothing', '');
  const beats: unknown[] = [];
  const environment = attempt();
  environment.on('heartbeat', (beat: unknown) => beats.push(beat));
  await run(activities.fetchRepository, { url }, environment);
  expect(beats).toContainEqual(expect.objectContaining({ message: 'Receiving objects', done: 3, total: 3 }));
});
