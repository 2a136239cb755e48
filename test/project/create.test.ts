/** `npm create holdfast`: a package beside this one that makes a project by the `init` of its own version. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../cli/root';
import { version } from '../../package.json';
import * as create from '../../project/create/package.json';

test('it is of the version of Holdfast, and takes no other', () => {
  expect([create.version, create.dependencies.holdfast]).toEqual([version, version]);
});

test.each([
  ['a folder that is named', ['tools of mine', '--js'], 'tools of mine'],
  ['no folder', ['--js'], 'my-tools'],
])('with %s it makes a project', (_what, args, made) => {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-create-'));
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(packageRoot(), join(root, 'node_modules', 'holdfast'));
  const installed = join(root, 'node_modules', 'create-holdfast');
  cpSync(join(packageRoot(), 'project', 'create'), installed, { recursive: true });
  execFileSync(process.execPath, [join(installed, create.bin['create-holdfast']), ...args], { cwd: root });
  expect(readFileSync(join(root, made, 'holdfast.config.js'), 'utf8')).toContain('defineConfig');
});
