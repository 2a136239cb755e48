/** The generated doors can be read, and name what Temporal knows. */
import { menuDoor, stepsDoor, workflowsDoor } from '../../project/doors';
import type { DoorTool } from '../../project/doors';

const greet: DoorTool = {
  exported: 'greet',
  tool: { path: '/p/tools/greet/tool.ts', by: 'name' },
  workflow: { path: '/p/tools/greet/workflow.ts', by: 'default', type: 'acme.greet' },
  steps: { path: '/p/tools/greet/steps.ts', of: 'acme.greet' },
};
const fetchPage: DoorTool = {
  exported: 'fetchPage',
  tool: { path: '/p/tools/fetch-page/tool.ts', by: 'default' },
  steps: { path: '/p/tools/fetch-page/steps.ts', of: 'fetchPage' },
  step: 'fetchText',
};

test('the step of a tool without a workflow has the name that workers know it by', () => {
  expect(menuDoor('/p/.holdfast/doors/menu.js', [greet, fetchPage], [])).toContain(`
import { greet } from '../../tools/greet/tool.ts';
import fetchPage from '../../tools/fetch-page/tool.ts';

export const tools = [
  greet,
  { ...fetchPage, step: 'fetchPage.fetchText' },
];`);
});

test('steps lie under the workflow that they belong to', () => {
  expect(stepsDoor('/p/.holdfast/doors/steps.js', [greet])).toContain("  'acme.greet': greet,");
});

test('a workflow is exported by its type, whatever its folder is called', () => {
  expect(workflowsDoor('/p/.holdfast/doors/workflows.js', [greet, fetchPage])).toContain(
    "export { default as 'acme.greet' } from '../../tools/greet/workflow.ts';",
  );
});

test('tools of Holdfast are on the menu only where they are wanted', () => {
  expect(menuDoor('/p/.holdfast/doors/menu.js', [], ['search_sources'])).toContain("['search_sources'].includes(name)");
  expect(menuDoor('/p/.holdfast/doors/menu.js', [], [])).not.toContain('builtin');
});
