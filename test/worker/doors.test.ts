/** The doors of workflows/: what the menu offers, the bundle has to hold. */
import { missingWorkflows } from '../../worker/doors';
import * as bundled from '../../workflows/index';
import { tools } from '../../workflows/tools';

const renameBranch = { name: 'rename_branch', workflow: 'renameBranch' };

test('a tool whose workflow is not exported is named, with the file and the line that it lacks', () => {
  expect(missingWorkflows({ analyzeRepository: () => undefined }, [renameBranch])).toEqual([
    'Tool rename_branch runs the workflow renameBranch, which no folder has: export renameBranch in workflows/rename-branch/workflow.ts.',
  ]);
});

test.each([
  ['a workflow that is exported', { renameBranch: () => undefined }, renameBranch],
  ['one step in place of a workflow', {}, { name: 'fetch_page', step: 'fetchText' }],
])('%s lacks nothing', (_what, exported, tool) => {
  expect(missingWorkflows(exported, [tool])).toEqual([]);
});

test('our own tools lack nothing', () => {
  expect(missingWorkflows(bundled, tools)).toEqual([]);
});
