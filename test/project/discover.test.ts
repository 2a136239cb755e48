/** A project's folders are found, and what they lack is said. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { camelCase, projectAbove, toolFolders } from '../../project/discover';

function folderWith(...paths: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-project-'));
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '{}');
  }
  return root;
}

test.each([
  ['fetch-page', 'fetchPage'],
  ['Fetch Page', 'fetchPage'],
  ['straße prüfen', 'straßePrüfen'],
])('the folder %s means %s', (folder, name) => {
  expect(camelCase(folder)).toBe(name);
});

test('a project is found from a folder inside of it', () => {
  const root = folderWith('holdfast.config.js', 'tools/greet/tool.ts');
  expect(projectAbove(join(root, 'tools', 'greet'))).toMatchObject({ root, modules: 'cjs' });
});

test('a tool is a folder with a tool.ts; what else it has is found with it', () => {
  const root = folderWith('tools/greet/tool.ts', 'tools/greet/steps.js', 'tools/_shared/words.ts');
  expect(toolFolders(root, 'tools')).toEqual({
    folders: [
      {
        name: 'greet',
        exported: 'greet',
        tool: join(root, 'tools/greet/tool.ts'),
        steps: join(root, 'tools/greet/steps.js'),
        workflow: undefined,
      },
    ],
    mistakes: [],
  });
});

test('a folder without a tool.ts is named', () => {
  const root = folderWith('tools/greet/steps.ts');
  expect(toolFolders(root, 'tools').mistakes).toEqual([
    { file: 'tools/greet', sentence: expect.stringMatching(/^This folder has no tool\.ts/) },
  ]);
});
