/** What the images hold: the packages that their process imports, and no others. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../cli/root';
import { dependencies } from '../../package.json';

const read = (path: string): string => readFileSync(join(packageRoot(), path), 'utf8');

/** The packages whose names stand in quotes in these sources, files or folders of them, but for those of which types alone are imported. */
function importedIn(folders: readonly string[]): string[] {
  const sources = folders.flatMap((folder) =>
    (folder.endsWith('.ts') ? [''] : readdirSync(join(packageRoot(), folder), { recursive: true, encoding: 'utf8' }))
      .filter((name) => name === '' || name.endsWith('.ts'))
      .map((name) => read(join(folder, name)).replace(/^import type .*$/gm, '')),
  );
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

test.each([
  ['gateway', ['config', 'gateway']],
  // The ground of the gateway knows tools, and so does the step that finds one for a workflow of somebody else.
  ['worker', ['activities', 'config', 'worker', 'workflows', 'gateway/json-schema.ts']],
])('the image of the %s has none that its process does not import', (image, folders) => {
  // Needed by others in a version that works.
  const needed = [...importedIn(folders), 'protobufjs', 'zod'];
  const unneeded = Object.keys(dependencies).filter((name) => !needed.includes(name));
  expect(takenOutIn(`${image}-files`).sort()).toEqual(unneeded.sort());
});
