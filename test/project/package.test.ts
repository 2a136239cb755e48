/** The packed package, which is small, before judges: its entries lead where they say, with types for whoever imports them; and it runs on Node 24, too. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { packageRoot } from '../../cli/root';
import * as manifest from '../../package.json';
import { judge, nodeOfImages } from '../fixtures/judges';
import { newProject } from '../fixtures/project';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

let packed: Packed;
let tarball: string;
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-packed-'));
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const said = execFileSync('npm', pack, { cwd: packageRoot(), encoding: 'utf8' });
  [packed] = JSON.parse(said) as [Packed];
  tarball = join(folder, packed.filename);
});

test('it is under 1 MB, and has no tests, benches or maps', () => {
  expect(packed.size).toBeLessThan(1_000_000);
  expect(packed.files.filter(({ path }) => /^dist\/(test|bench)\/|\.map$/.test(path))).toEqual([]);
});

test('types that its entries lead to are all there', () => {
  const has = new Set(packed.files.map(({ path }) => path));
  const entries = Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry.types]));
  const seen = new Set(entries.map((path) => normalize(path)));
  const missing: string[] = [];
  for (const path of seen) {
    if (!has.has(path)) missing.push(path);
    else for (const next of importedIn(path)) seen.add(next);
  }
  expect(missing).toEqual([]);
  expect(seen.size).toBeGreaterThan(entries.length);
});

/** The declarations that a declaration names by a relative path. */
function importedIn(path: string): string[] {
  const text = readFileSync(join(packageRoot(), path), 'utf8').replaceAll(/\/\*[^]*?\*\//g, '');
  return [...text.matchAll(/(?:from |import\()['"](\.[^'"]+)['"]/g)].map(
    ([, to = '']) => `${join(dirname(path), to)}.d.ts`,
  );
}

test.each([
  ['publint', 'publint/src/cli.js'],
  ['are-the-types-wrong', '@arethetypeswrong/cli/dist/index.js'],
])('%s finds nothing', async (_judge, program) => {
  const { code, output } = await judge(join('judges', 'node_modules', program), [tarball]);
  expect(code === 0 ? '' : output).toBe('');
});

const node = nodeOfImages();
const where = node === undefined ? test.skip : test;

where('on Node 24 a new project is checked, tested and built (skipped where test/judges has no Node 24)', () => {
  const root = newProject();
  for (const command of ['check', 'test', 'build']) {
    const run = [join(packageRoot(), 'cli', 'holdfast.mjs'), command];
    const { status, stdout, stderr } = spawnSync(node ?? '', run, { cwd: root, encoding: 'utf8' });
    expect(status === 0 ? '' : stdout + stderr).toBe('');
  }
});
