/** A repository is hostile until proven otherwise: nothing in it runs, and nothing in it reaches a reader unseen. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyze, failureOf, git, replaceGit, repositoryIn, run, world } from './world';

/** Objects that git itself would not make from files. Returns the id. */
function treeOf(folder: string, ...entries: (readonly [mode: string, id: string, name: Buffer | string])[]): string {
  const input = Buffer.concat(
    entries.map(([mode, id, name]) =>
      Buffer.concat([
        Buffer.from(`${mode} ${mode === '040000' ? 'tree' : 'blob'} ${id}\t`),
        Buffer.from(name),
        Buffer.alloc(1),
      ]),
    ),
  );
  return execFileSync('git', ['mktree', '-z'], { cwd: folder, input, encoding: 'utf8' }).trim();
}

test('hostile file names are made visible, and none breaks the analysis', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'names'), { a: 'one\ntwo\n' });
  const blob = git(url, 'rev-parse', 'HEAD:a');
  const names = [
    'line\nbreak.py',
    'tab\tulator.py',
    '\x1b[31mred.py',
    '-rf.py',
    '--output=x.py',
    '__proto__',
    'constructor',
    'reversed\u202eyp.exe.py',
    '`code`.py',
    '![x](evil)',
    `${'long'.repeat(500)}.py`,
    ':(exclude)a',
    '\x01first.py',
  ];
  const invalid = Buffer.from([0x66, 0xff, 0xfe, 0x2e, 0x70, 0x79]);
  const up = treeOf(url, ['100644', blob, 'x.py'], ['100644', blob, 'package.json']);
  const tree = treeOf(
    url,
    ['040000', up, '..'],
    ['040000', up, '.git'],
    ['100644', blob, invalid],
    ...names.map((name) => ['100644', blob, name] as const),
  );
  git(url, 'update-ref', 'HEAD', git(url, 'commit-tree', '-m', 'hostile', tree));

  const { inventory, history, dependencies, report } = await analyze(activities, url);
  expect(inventory).toMatchObject({ files: names.length + 5, lines: 2 * (names.length + 5), binaryFiles: 0 });
  expect(history.hotSpots).toHaveLength(names.length + 5);
  const paths = history.hotSpots.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(['line\\nbreak.py', '\\x1b[31mred.py', 'f\uFFFD\uFFFD.py', '../x.py', '-rf.py']),
  );
  expect(paths).toEqual(expect.arrayContaining(['reversed\\u{202e}yp.exe.py', '\\x01first.py', 'tab\\tulator.py']));
  expect(Math.max(...paths.map(({ length }) => length))).toBeLessThanOrEqual(200);
  expect(dependencies.manifests.map(({ state }) => state)).toEqual(['unreadable', 'unreadable']);
  expect(report).not.toMatch(/[^\P{C}\n]/u); // no control or format character but our own line breaks
  expect(report).toContain('`` `code`.py ``');
});

test('hostile authors and times are shown harmlessly', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'authors'), { a: 'a' });
  const tree = git(url, 'rev-parse', 'HEAD^{tree}');
  const head = (name: string, time: string) => {
    const person = `${name} <x@example.com> ${time} +0000`;
    const input = `tree ${tree}\nauthor ${person}\ncommitter ${person}\n\nmessage\n`;
    return execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], {
      cwd: url,
      input,
      encoding: 'utf8',
    }).trim();
  };
  git(url, 'update-ref', 'HEAD', head('\x1b]0;title\x07 Mallory', '99999999999999999999'));
  const { history, report } = await analyze(activities, url);
  expect(history.topAuthors).toEqual([{ name: '\\x1b]0;title\\x07 Mallory', commits: 1 }]);
  expect(history).toMatchObject({ commits: 1, first: null, last: null, days: 0, years: [], suspiciousDates: 1 });
  expect(report).toContain('1 of the commits have a date that cannot be right');
});

test('a path as deep as git allows is cut', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'deep'), { a: 'a\n' });
  let tree = git(url, 'rev-parse', 'HEAD^{tree}');
  for (let depth = 0; depth < 60; depth += 1) tree = treeOf(url, ['040000', tree, 'folder'.repeat(40)]);
  git(url, 'update-ref', 'HEAD', git(url, 'commit-tree', '-m', 'deep', tree));
  const { inventory } = await analyze(activities, url);
  expect(inventory.files).toBe(1);
  expect(inventory.largest[0]?.path.length).toBeLessThanOrEqual(200);
});

test('a tree that names more files than anyone can list is cut off', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'bomb'), { a: 'a\n' });
  let tree = git(url, 'rev-parse', 'HEAD^{tree}');
  const names = Array.from({ length: 10 }, (_, index) => `d${index}`);
  for (let depth = 0; depth < 10; depth += 1) {
    const inner = tree;
    tree = treeOf(url, ...names.map((name) => ['040000', inner, name] as const));
  }
  git(url, 'update-ref', 'HEAD', git(url, 'commit-tree', '-m', 'bomb', tree));
  git(url, 'repack', '-a', '-d', '-q'); // else git opens the same few files thousands of times
  const repository = await run(activities.fetchRepository, { url });
  const inventory = await run(activities.takeInventory, repository);
  expect(inventory).toMatchObject({ complete: false, files: 500_000, lines: null });
});

test('a history that git cannot compare in memory is still counted', async () => {
  const { root, offered, activities } = world();
  const repository = await run(activities.fetchRepository, { url: repositoryIn(join(offered, 'bomb'), { a: 'a\n' }) });
  replaceGit(root, '--name-status', 'echo "fatal: inflate: out of memory" >&2; exit 128');
  expect(await run(activities.readHistory, repository)).toMatchObject({ commits: 1, hotSpots: [], hotSpotCommits: 0 });
});

test('git and what it starts cannot take more than its memory', async () => {
  const { root, offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  replaceGit(root, 'ls-remote', `ulimit -v > ${join(root, 'limit')}`);
  await run(activities.fetchRepository, { url });
  expect(readFileSync(join(root, 'limit'), 'utf8')).toBe('3145728\n');
});

test('nothing that a repository brings along is run', async () => {
  const { root, offered, activities } = world();
  const url = repositoryIn(join(offered, 'traps'), {
    'a.txt': 'a\n',
    '.gitattributes': '* filter=trap diff=trap merge=trap\n',
    '.gitmodules': `[submodule "m"]\n\tpath = m\n\turl = ext::${join(root, 'trap')}\n`,
  });
  const marker = join(root, 'marker');
  const trap = join(root, 'trap');
  writeFileSync(trap, `#!/bin/sh\n: > ${marker}\n`, { mode: 0o755 });
  for (const key of [
    'core.fsmonitor core.sshCommand core.askPass core.pager core.editor core.alternateRefsCommand core.gitProxy',
    'uploadpack.packObjectsHook diff.external diff.trap.command diff.trap.textconv filter.trap.clean filter.trap.smudge',
    'filter.trap.process gpg.program credential.helper pager.log',
  ].flatMap((line) => line.split(' '))) {
    git(url, 'config', key, trap);
  }
  git(url, 'config', 'protocol.ext.allow', 'always');
  git(url, 'config', 'log.showSignature', 'true');
  for (const hook of [
    'pre-receive',
    'post-checkout',
    'reference-transaction',
    'post-index-change',
    'fsmonitor-watchman',
  ]) {
    writeFileSync(join(url, '.git/hooks', hook), `#!/bin/sh\n: > ${marker}\n`);
    chmodSync(join(url, '.git/hooks', hook), 0o755);
  }
  try {
    git(url, 'status');
  } catch {
    // A trap is no filter. Whether git gets as far as to complain depends on its clock.
  }
  expect(existsSync(marker)).toBe(true); // the traps do work
  rmSync(marker);

  const { inventory } = await analyze(activities, url);
  expect(inventory.files).toBe(3);
  expect(existsSync(marker)).toBe(false);
});

test('a partial local repository does not fetch what it lacks', async () => {
  const { root, offered, activities } = world();
  const whole = repositoryIn(join(root, 'whole'), { a: 'a' });
  git(whole, 'config', 'uploadpack.allowFilter', 'true');
  git(offered, 'clone', '-q', '--bare', '--filter=blob:none', `file://${whole}`, 'partial');
  const url = join(offered, 'partial');
  const marker = join(root, 'marker');
  writeFileSync(join(root, 'trap'), `#!/bin/sh\n: > ${marker}\n`, { mode: 0o755 });
  git(url, 'config', 'remote.origin.url', `ext::${join(root, 'trap')}`);
  git(url, 'config', 'protocol.ext.allow', 'always');
  const lacking = git(whole, 'rev-parse', 'HEAD:a');
  expect(() => git(url, 'cat-file', 'blob', lacking)).toThrow();
  expect(existsSync(marker)).toBe(true); // the trap does work
  rmSync(marker);

  await failureOf(analyze(activities, url));
  expect(existsSync(marker)).toBe(false);
});

test("the worker's own git configuration takes no part", async () => {
  const { root, offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { a: 'a' });
  writeFileSync(join(root, '.gitconfig'), '[url "file:///nowhere"]\n\tinsteadOf = file://\n');
  Object.assign(process.env, {
    HOME: root,
    GIT_CONFIG_GLOBAL: join(root, '.gitconfig'),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'url.file:///nowhere.insteadOf',
    GIT_CONFIG_VALUE_0: 'file://',
    GIT_DIR: join(root, 'nowhere'),
  });
  expect(() => git(root, 'ls-remote', `file://${url}`)).toThrow(); // it would take part
  expect(await run(activities.fetchRepository, { url })).toMatchObject({ empty: false });
});

const asRoot = process.getuid?.() === 0 ? test : test.skip; // only root may give files away
asRoot('a local repository that belongs to somebody else is analyzed', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'foreign'), { a: 'a' });
  execFileSync('chown', ['-R', '12345', url]);
  expect(() => git(url, 'log')).toThrow(); // git would refuse it
  expect(await run(activities.fetchRepository, { url })).toMatchObject({ empty: false });
});

test('a clone has no work tree and no hooks', async () => {
  const { offered, cacheDir, activities } = world();
  await run(activities.fetchRepository, { url: repositoryIn(join(offered, 'plain'), { 'a.txt': 'a' }) });
  const [clone = ''] = readdirSync(cacheDir).filter((name) => name.endsWith('.git'));
  expect(readdirSync(join(cacheDir, clone)).sort()).toEqual(['HEAD', 'config', 'objects', 'refs']);
});
