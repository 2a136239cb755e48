import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../cli/root';

const read = (...path: string[]): string => readFileSync(join(packageRoot(), ...path), 'utf8');

test('a change in any folder that the build compiles makes the next start compile again', () => {
  const { include } = JSON.parse(read('tsconfig.build.json')) as { include: string[] };
  const [, sources = ''] = /const SOURCES = \[([^\]]*)\]/.exec(read('cli', 'setup.mjs')) ?? [];
  expect(include.filter((folder) => !sources.includes(`'${folder}'`))).toEqual([]);
});
