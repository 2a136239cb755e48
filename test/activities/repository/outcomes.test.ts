/** Every outcome of an analysis is clear: what was found, or in one sentence why nothing was. */
import { mkdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { analyze, elsewhere, failureOf, git, replaceGit, repositoryIn, run, world } from './world';
import { analyzeRepository } from '../../../workflows/analyze-repository/tool';

test('reports files, languages, dependencies and history of a repository', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(
    join(offered, 'plain'),
    {
      'src/main.rs': 'fn main() {\n}\n',
      'src/lib.h': '#pragma once\n',
      'src/lib.cpp': 'int main() {\n  return 0;\n}\n',
      'package.json': JSON.stringify({
        name: 'plain',
        dependencies: { zod: '4.0.0' },
        devDependencies: { jest: '30' },
      }),
      'node_modules/zod/package.json': '{"dependencies":{"hidden":"1"}}',
    },
    { 'src/main.rs': 'fn main() {\n  todo!()\n}\n' },
  );
  const { inventory, dependencies, history, report, repository } = await analyze(activities, url);

  expect(repository).toMatchObject({ ref: 'refs/heads/main', commit: git(url, 'rev-parse', 'HEAD'), empty: false });
  expect(inventory).toMatchObject({ files: 5, binaryFiles: 0, lines: 9, vendored: { files: 1 } });
  const languages = inventory.languages.map(({ name, files, lines }) => [name, files, lines]);
  expect(languages).toEqual([
    ['JSON', 1, 1],
    ['C++', 2, 4],
    ['Rust', 1, 3],
  ]);
  expect(dependencies.manifests).toEqual([
    { path: 'package.json', ecosystem: 'npm', name: 'plain', dependencies: 2, state: 'read' },
  ]);
  expect(dependencies.ecosystems[0]?.list).toEqual([
    { name: 'zod', version: '4.0.0', development: false, manifests: 1 },
    { name: 'jest', version: '30', development: true, manifests: 1 },
  ]);
  expect(history).toMatchObject({ commits: 2, merges: 0, authors: 1, topAuthors: [{ name: 'Ada', commits: 2 }] });
  expect(history.hotSpots[0]).toEqual({ path: 'src/main.rs', commits: 2 });
  expect(report).toContain('- Rust: 1 files');
});

test('returns findings that match the output schema of the tool', async () => {
  const { offered, activities } = world();
  const findings = await analyze(activities, repositoryIn(join(offered, 'plain'), { a: 'a\n' }));
  expect(analyzeRepository.output?.safeParse(findings)).toMatchObject({ success: true });
});

test('says of an empty repository that it is empty', async () => {
  const { offered, activities } = world();
  const { repository, inventory, history, report } = await analyze(activities, repositoryIn(join(offered, 'empty')));
  expect(repository).toMatchObject({ commit: null, empty: true });
  expect([inventory.files, history.commits]).toEqual([0, 0]);
  expect(report).toContain('The repository is empty');
});

test('counts a repository of binary files alone as such', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'binary'), {
    'a.bin': Buffer.from([0, 1, 2]),
    'b.bin': Buffer.from([0, 255]),
  });
  const { inventory, report } = await analyze(activities, url);
  expect(inventory).toMatchObject({ files: 2, binaryFiles: 2, lines: 0, languages: [] });
  expect(report).toContain('Every file is binary');
});

test('analyzes a commit without files', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'bare'));
  git(url, 'commit', '-q', '--allow-empty', '-m', 'nothing');
  const { inventory, history } = await analyze(activities, url);
  expect([inventory.files, history.commits]).toEqual([0, 1]);
});

test('refuses a repository over the limit, and names limit and setting', async () => {
  const { root, offered, activities } = world({ maxBytes: 1024 * 1024 });
  replaceGit(root, 'nothing', '');
  const url = elsewhere(repositoryIn(join(offered, 'large'), { noise: randomBytes(2 * 1024 * 1024) }));
  const failure = await failureOf(run(activities.fetchRepository, { url }));
  expect(failure).toMatchObject({ type: 'refused', nonRetryable: true });
  expect(failure.message).toContain('1 MiB');
  expect(failure.message).toContain('worker.repository.max_bytes');
});

test('refuses an offered folder that is no repository, and says which one to name', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { 'folder/a': 'a' });
  expect(await failureOf(run(activities.fetchRepository, { url: join(url, 'folder') }))).toMatchObject({
    type: 'refused',
    message: expect.stringContaining('the folder that holds .git'),
  });
});

test('says which argument is wrong when there is no such ref', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  const failure = await failureOf(run(activities.fetchRepository, { url, ref: 'nowhere' }));
  expect(failure).toMatchObject({ type: 'invalid_input', message: expect.stringContaining('ref') });
});

test('analyzes a branch, and a tag with a message', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  git(url, 'tag', '-a', '-m', 'one', 'v1');
  const first = git(url, 'rev-parse', 'HEAD');
  git(url, 'checkout', '-q', '-b', 'topic');
  git(url, 'commit', '-q', '--allow-empty', '-m', 'two');
  const second = git(url, 'rev-parse', 'HEAD');
  expect(await run(activities.fetchRepository, { url, ref: 'v1' })).toMatchObject({
    commit: first,
    ref: 'refs/tags/v1',
  });
  expect(await run(activities.fetchRepository, { url, ref: 'topic' })).toMatchObject({ commit: second });
});

test.each(['HEAD', 'refs/heads/main', 'refs/tags/v1', 'id'])('analyzes %s as ref', async (name) => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  const commit = git(url, 'rev-parse', 'HEAD');
  git(url, 'tag', '-a', '-m', 'one', 'v1');
  const ref = name === 'id' ? commit.toUpperCase() : name;
  const { repository, report } = await analyze(activities, url, ref);
  const known = { HEAD: 'refs/heads/main', id: null };
  expect(repository).toMatchObject({ commit, ref: name in known ? Reflect.get(known, name) : name });
  expect(report).toContain(`commit \`${commit.slice(0, 12)}\``);
});

test('analyzes a commit that no branch names, and says so when there is none of the id', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' }, { a: 'b' }, { a: 'c' });
  const commit = git(url, 'rev-parse', 'HEAD~1');
  const repository = await run(activities.fetchRepository, { url, ref: commit });
  expect((await run(activities.readHistory, repository)).commits).toBe(2);
  const failure = await failureOf(run(activities.fetchRepository, { url, ref: 'f'.repeat(40) }));
  expect(failure).toMatchObject({ type: 'refused', message: expect.stringContaining('does not') });
});

test('a branch that is named like a ref does not hide the ref', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' }, { a: 'b' });
  git(url, 'branch', 'refs/heads/main', 'HEAD~1');
  const repository = await run(activities.fetchRepository, { url });
  expect(await run(activities.fetchRepository, { url, ref: repository.ref ?? '' })).toEqual(repository);
});

test('a copy that is new and cannot be read is not fetched again and again', async () => {
  const { root, offered, activities, otherWorker } = world();
  const url = elsewhere(repositoryIn(join(offered, 'plain'), { a: 'a' }));
  replaceGit(root, '--name-status', 'echo "fatal: of a kind that nobody has seen yet" >&2; exit 128');
  const repository = await run(activities.fetchRepository, { url });
  const failure = await failureOf(run(otherWorker().readHistory, repository));
  expect(failure).toMatchObject({ type: 'refused', nonRetryable: true });
});

test('commits with impossible dates leave the others their span of days', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  for (const date of ['@1600000000 +0000', '@1600864000 +0000', '@4000000000 +0000', '@0 +0000']) {
    process.env['GIT_COMMITTER_DATE'] = date;
    git(url, 'commit', '-q', '--allow-empty', ...(date.startsWith('@16000') ? ['--amend'] : []), '-m', date);
  }
  const history = await run(activities.readHistory, await run(activities.fetchRepository, { url }));
  expect(history).toMatchObject({ commits: 4, days: 10, suspiciousDates: 2, years: [{ year: 2020, commits: 2 }] });
});

test('refuses a tag that names a file', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  git(url, 'tag', 'blob', git(url, 'rev-parse', 'HEAD:a'));
  expect(await failureOf(run(activities.fetchRepository, { url, ref: 'blob' }))).toMatchObject({ type: 'refused' });
});

test('analyzes a detached HEAD', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' }, { a: 'b' });
  git(url, 'checkout', '-q', '--detach', 'HEAD~1');
  const { repository, history } = await analyze(activities, url);
  expect(repository).toMatchObject({ ref: null, commit: git(url, 'rev-parse', 'HEAD') });
  expect(history.commits).toBe(1);
});

test('takes another branch when HEAD names one that does not exist', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  git(url, 'symbolic-ref', 'HEAD', 'refs/heads/gone');
  expect(await run(activities.fetchRepository, { url })).toMatchObject({ ref: 'refs/heads/main', empty: false });
});

test('a repository without a branch is not called empty when it has a tag', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  git(url, 'tag', 'v1');
  git(url, 'checkout', '-q', '--orphan', 'new');
  git(url, 'branch', '-q', '-D', 'main');
  const failure = await failureOf(run(activities.fetchRepository, { url }));
  expect(failure).toMatchObject({ type: 'invalid_input', message: expect.stringContaining('is not empty') });
  expect(await run(activities.fetchRepository, { url, ref: 'refs/tags/v1' })).toMatchObject({ empty: false });
});

test('analyzes a shallow source and says that it is one', async () => {
  const { offered, activities } = world();
  const whole = repositoryIn(join(offered, 'whole'), { a: 'a' }, { a: 'b' }, { a: 'c' });
  git(offered, 'clone', '-q', '--bare', '--depth', '2', `file://${whole}`, 'shallow');
  const { repository, history, report } = await analyze(activities, join(offered, 'shallow'));
  expect(repository.shallow).toBe(true);
  expect(history.commits).toBe(2);
  expect(report).toContain('shallow');
});

test('analyzes a repository with SHA-256 ids', async () => {
  const { offered, activities } = world();
  const url = join(offered, 'sha256');
  mkdirSync(url);
  git(url, 'init', '-q', '--object-format=sha256');
  repositoryIn(url, { 'a.py': 'a\n' });
  const { repository, inventory } = await analyze(activities, url);
  expect(repository.commit).toHaveLength(64);
  expect(inventory.lines).toBe(1);
});

test('follows neither submodules nor links', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a\n' });
  git(url, 'update-index', '--add', '--cacheinfo', `160000,${git(url, 'rev-parse', 'HEAD')},module`);
  const target = git(url, 'rev-parse', 'HEAD:a');
  git(url, 'update-index', '--add', '--cacheinfo', `120000,${target},package.json`);
  git(url, 'commit', '-q', '-m', 'links');
  const { inventory, dependencies } = await analyze(activities, url);
  expect(inventory).toMatchObject({ files: 1, submodules: 1, symlinks: 1 });
  expect(dependencies.manifests).toEqual([]);
});
