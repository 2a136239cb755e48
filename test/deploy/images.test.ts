/** What the images hold: all that is compiled into them, the packages that their process imports, and no others. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { packageRoot } from '../../cli/root';
import { dependencies } from '../../package.json';

const read = (path: string): string => readFileSync(join(packageRoot(), path), 'utf8');

/** The paths of the sources in a folder. */
const sourcesIn = (folder: string): string[] =>
  readdirSync(join(packageRoot(), folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));

/** The files that a source names by a path of its own, whether for values or for types. */
function besideOf(path: string, source = read(path)): string[] {
  return [...source.matchAll(/from '(\.[^']*)'/g)].flatMap(([, name = '']) => {
    const bare = normalize(join(dirname(path), name));
    return [bare, `${bare}.ts`, join(bare, 'index.ts')].filter(
      (file) => /\.\w+$/.test(file) && existsSync(join(packageRoot(), file)),
    );
  });
}

const valuesOf = (path: string): string => read(path).replace(/^import type .*$/gm, '');

/** These sources, and those that they load. */
function loadedBy(paths: readonly string[]): Set<string> {
  const loaded = new Set(paths);
  for (const path of loaded) for (const other of besideOf(path, valuesOf(path))) loaded.add(other);
  return loaded;
}

/** The packages whose names stand in quotes in these sources, but for those of which types alone are imported. */
function importedIn(paths: Iterable<string>): string[] {
  const sources = [...paths].map(valuesOf);
  return Object.keys(dependencies).filter((name) =>
    sources.some((source) => new RegExp(`['\`]${name}(/[^'\`]*)?['\`]`).test(source)),
  );
}

/** The packages that a stage of the Dockerfile takes out. */
function takenOutIn(stage: string): string[] {
  const [, text = ''] = new RegExp(`^FROM build AS ${stage}$([^]*?)^FROM `, 'm').exec(read('deploy/Dockerfile')) ?? [];
  const [, command = ''] = /npm uninstall ([^]*?)&&/.exec(text) ?? [];
  return command.split(/[\s\\]+/).filter((word) => word !== '' && !word.startsWith('--'));
}

test('what is compiled in the images names no file that is not there', () => {
  const [stage = ''] = read('deploy/Dockerfile').split('FROM build', 1);
  const there = [...stage.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '));
  const named = there
    .filter((name) => !name.includes('.'))
    .flatMap(sourcesIn)
    .flatMap((path) => besideOf(path));
  expect(named.filter((path) => !there.some((name) => path === name || path.startsWith(`${name}/`)))).toEqual([]);
});

test.each([
  ['gateway', ['gateway/main.ts']],
  // Its threads and its bundle are loaded by paths that it makes.
  ['worker', ['worker/main.ts', ...sourcesIn('activities'), ...sourcesIn('worker'), ...sourcesIn('workflows')]],
])('the image of the %s has the packages that its process imports, and no others', (image, paths) => {
  // Needed by others in a version that works.
  const needed = [...importedIn(loadedBy(paths)), 'protobufjs', 'zod'];
  const unneeded = Object.keys(dependencies).filter((name) => !needed.includes(name));
  expect(takenOutIn(`${image}-files`).sort()).toEqual(unneeded.sort());
});
