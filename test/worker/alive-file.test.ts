/** The file by which a worker in a container is known to take work. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { showAlive } from '../../worker/alive-file';
import { eventually } from '../fixtures/eventually';

test('is there at once, and is written again as long as the event loop goes on', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'holdfast-alive-')), 'alive');
  showAlive(path);
  expect(existsSync(path)).toBe(true);
  rmSync(path);
  await eventually('the file once more', () => existsSync(path));
});

test('stops the start where it cannot be written', () => {
  expect(() => showAlive('/nowhere/alive')).toThrow('/nowhere/alive');
});
