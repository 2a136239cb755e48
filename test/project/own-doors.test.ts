/** The doors of Holdfast's own tools are written as those of a project. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ownDoors } from '../../project/own-doors';

const root = join(__dirname, '..', '..');

test.each([...ownDoors(root)].map(([path, text]) => [relative(root, path), text]))(
  '%s is what the folders of workflows/ say: npm run build writes it',
  (path, text) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  },
);

test('a folder with a tool is on the menu, with its workflow in the bundle, and one without a tool is neither', () => {
  const other = mkdtempSync(join(tmpdir(), 'holdfast-doors-'));
  for (const [folder, files] of Object.entries({ 'rename-branch': ['tool', 'workflow'], deliver: ['workflow'] })) {
    mkdirSync(join(other, 'workflows', folder), { recursive: true });
    for (const file of files) writeFileSync(join(other, 'workflows', folder, `${file}.ts`), '');
  }
  const [menu, bundle] = [...ownDoors(other).values()];
  expect(menu).toContain(
    "import { renameBranch } from './rename-branch/tool';\n\nexport const tools = [\n  renameBranch,\n];",
  );
  expect(bundle).toMatch(/\nexport \{ renameBranch \} from '\.\/rename-branch\/workflow';\n$/);
});
