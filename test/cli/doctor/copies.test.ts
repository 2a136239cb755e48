/** A second copy of a package that has to be the one of Holdfast is found. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copiesIn } from '../../../cli/doctor/copies';
import { writeIn } from '../../fixtures/project';

/** A folder with packages of these versions. */
function folderWith(packages: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-copies-'));
  for (const [name, version] of Object.entries(packages))
    writeIn(root, `node_modules/${name}/package.json`, JSON.stringify({ name, version }));
  return root;
}

const HOLDFAST = folderWith({ '@temporalio/worker': '1.24.0', zod: '4.6.7' });
const found = (packages: Readonly<Record<string, string>>): readonly string[] =>
  copiesIn(folderWith(packages), HOLDFAST).map(({ is, what }) => `${is}: ${what}`);

test('one copy of each is well, and so is another one of zod 4', () => {
  const well = ["well: The project and Holdfast share one copy of Temporal's packages, and of zod"];
  expect(found({})).toEqual(well);
  expect(found({ zod: '4.0.1' })).toEqual(well);
});

test.each([
  [{ '@temporalio/worker': '1.24.0' }, 'doubt: There are two copies of @temporalio/worker 1.24.0'],
  [{ '@temporalio/worker': '1.20.0' }, 'ill: The project has @temporalio/worker 1.20.0, and Holdfast 1.24.0'],
  [{ zod: '3.25.0' }, 'doubt: The project has zod 3.25.0, whose schemas tools cannot have'],
])('%j is told', (packages, says) => {
  expect(found(packages)).toEqual([expect.stringContaining(says)]);
});
