/** The call that a stack prints works in the folder that it was started in. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleIn } from '../../cli/dev/example';
import { packageRoot } from '../../cli/root';
import { holdfastFrom } from '../../cli/shell';

const scratch = (): string => mkdtempSync(join(tmpdir(), "holdfast-it's-"));

function repository(): string {
  const folder = scratch();
  const git = (...args: string[]): unknown => execFileSync('git', ['-C', folder, ...args]);
  git('init', '-q');
  git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'first');
  return folder;
}

test('a repository is analyzed; its path is written as a shell takes it', () => {
  const folder = repository();
  const said = execFileSync('sh', ['-c', `printf %s ${exampleIn(folder).replace('analyze_repository ', '')}`]);
  expect(JSON.parse(said.toString())).toEqual({ url: folder });
});

test('a folder inside a repository, which git cannot clone, is not', () => {
  const inside = join(repository(), 'inside');
  mkdirSync(join(inside, 'docs'), { recursive: true });
  writeFileSync(join(inside, 'docs', 'long-work.md'), '# Long work');
  expect(exampleIn(inside)).toBe(`search_sources '{"query":"long work","sources":["folders"]}'`);
});

test('a folder with nothing in it has something looked up elsewhere', () => {
  expect(exampleIn(scratch())).toBe(`search_sources '{"query":"durable execution"}'`);
});

test('where npx would not find holdfast, its path is written', () => {
  expect(holdfastFrom(packageRoot())).toBe('npx holdfast');
  expect(holdfastFrom(tmpdir())).toBe(`node '${join(packageRoot(), 'cli', 'holdfast.mjs')}'`);
});
