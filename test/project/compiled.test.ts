/** Compilations that processes are started from stay, however often an author saves a mistake. */
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileAnew } from '../../cli/project/compiled';
import { writeIn } from '../fixtures/project';

test('the code that runs is kept while edits do not compile, and older code is not', async () => {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-compiled-'));
  writeIn(root, 'holdfast.config.js', 'no JavaScript');
  const project = { root, config: join(root, 'holdfast.config.js'), modules: 'cjs' } as const;
  const [older, running] = ['0-older', '0-running'].map((name) => join(root, '.holdfast', 'build', name));
  for (const folder of [older, running]) mkdirSync(folder ?? '', { recursive: true });
  for (let n = 0; n < 6; n += 1) await compileAnew(project, running);
  expect([older, running].map((folder) => existsSync(folder ?? ''))).toEqual([false, true]);
});
