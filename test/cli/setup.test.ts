import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../cli/root';

const read = (...path: string[]): string => readFileSync(join(packageRoot(), ...path), 'utf8');

test('a change in any folder that the build compiles makes the next start compile again', () => {
  const { include } = JSON.parse(read('tsconfig.build.json')) as { include: string[] };
  const [, sources = ''] = /const SOURCES = \[([^\]]*)\]/.exec(read('cli', 'setup.mjs')) ?? [];
  expect(include.filter((folder) => !sources.includes(`'${folder}'`))).toEqual([]);
});

/** A checkout that was built an hour ago, and whose sources do not compile since. Its command prints `ran`. */
function brokenCheckout(): string {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-setup-test-'));
  const lock = '{"lockfileVersion":3,"packages":{}}';
  const files = {
    'package.json': '{"private":true,"scripts":{"build":"exit 2"}}',
    'package-lock.json': lock,
    'node_modules/.holdfast-installed': createHash('sha256').update(lock).digest('hex'),
    'tsconfig.build.json': '{}',
    'dist/cli/main.js': "console.log('ran');",
    'dist/.built': '',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const file of ['holdfast.mjs', 'setup.mjs'])
    cpSync(join(packageRoot(), 'cli', file), join(root, 'cli', file), { recursive: true });
  const hourAgo = new Date(Date.now() - 3_600_000);
  utimesSync(join(root, 'dist', '.built'), hourAgo, hourAgo);
  return root;
}
const holdfast = (root: string, command: string): { stdout: string; stderr: string; status: number | null } =>
  spawnSync(process.execPath, [join(root, 'cli', 'holdfast.mjs'), command], { encoding: 'utf8' });

test('a command that asks a running stack is that of the last build where the sources do not compile', () => {
  const { stdout, stderr, status } = holdfast(brokenCheckout(), 'jobs');
  expect([stdout, status]).toEqual(['ran\n', 0]);
  expect(stderr).toContain('The sources do not compile: it says why above. This command is that of the last build.');
});

test('no stack starts where the sources do not compile', () => {
  expect(holdfast(brokenCheckout(), 'dev')).toMatchObject({ stdout: '', status: 1 });
});
