/** Compilations that processes run stay, however often anybody compiles. */
import { spawn } from 'node:child_process';
import type { ChildProcess, ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileAnew } from '../../cli/project/compiled';
import { createInUse } from '../../cli/project/in-use';
import { writeIn } from '../fixtures/project';

/** A project that does not compile, and folders of compilations in it, by their names. */
function projectWith(...names: readonly string[]) {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-compiled-'));
  writeIn(root, 'holdfast.config.js', 'no JavaScript');
  const folders = names.map((name) => join(root, '.holdfast', 'build', name));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  return { project: { root, config: join(root, 'holdfast.config.js'), modules: 'cjs' as const }, folders };
}

/** A process that does nothing until it is ended. */
const idle = (): ChildProcess =>
  spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1e6)'], { stdio: 'ignore' });

test('the code that runs is kept while edits do not compile, and older code is not', async () => {
  const { project, folders } = projectWith(`0-${process.pid}-older`, `0-${process.pid}-running`);
  for (let n = 0; n < 6; n += 1) await compileAnew(project, new Set([folders[1] ?? '']));
  expect(folders.map((folder) => existsSync(folder))).toEqual([false, true]);
});

test('what another process has compiled is kept while that lives: `check` beside `dev` takes nothing from it', async () => {
  const [living, dead] = [idle(), idle()];
  dead.kill();
  await once(dead, 'exit');
  const { project, folders } = projectWith(`0-${dead.pid ?? 0}-1`, `0-${living.pid ?? 0}-1`);
  for (let n = 0; n < 6; n += 1) await compileAnew(project);
  expect(folders.map((folder) => existsSync(folder))).toEqual([false, true]);
  living.kill();
});

test('a compilation is in use until the last process that runs it has ended', async () => {
  const started: ChildProcess[] = [];
  const inUse = createInUse(() => {
    started.push(idle());
    return started.at(-1) as ChildProcess;
  });
  const options = (): ForkOptions => ({});
  for (const build of ['old', 'old', 'new']) inUse.fork('worker', 1, `/build/${build}/worker/main.js`, options);
  for (const folders of [['/build/old', '/build/new'], ['/build/new'], []]) {
    const child = started.shift();
    child?.kill();
    if (child) await once(child, 'exit');
    expect([...inUse.folders()]).toEqual(folders);
  }
});
