/** The handle tools of one tool serve its jobs, and no others. */
import { z } from 'zod';
import { createOwnHandles } from '../../../gateway/handles/own';
import type { HandleNeeds } from '../../../gateway/handles/companion';
import { createIds } from '../../../gateway/ids';
import { newView } from '../../../gateway/jobs/view';
import { authoredTools } from '../../../gateway/tools';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { defineTool } from '../../../workflows/define-tool';
import { fakeAnswers, fakeJobs, fakeRequest, fakeWatch } from '../../fixtures/fakes';
import { dataOf, textOf } from '../../fixtures/stack';

const caller = { tenant: 'acme', subject: 'alice' };
const ids = createIds('x'.repeat(32));
const { id } = ids.newRef(caller, 'echo', 'k');
const catalogue = authoredTools([
  defineTool({ name: 'errand', description: 'Runs.', input: z.object({}), workflow: 'walk', handles: 'own' }),
]);

/** The handle tools of `errand`, in a gateway whose every job is one of `tool`. */
function handlesWith(tool: string) {
  const needs: HandleNeeds = {
    jobs: fakeJobs({ look: (ref) => Promise.resolve(newView(ref, tool, DEFAULT_POLICY, { ownHandles: true })) }),
    watch: fakeWatch(),
    answers: fakeAnswers({ partialOf: () => Promise.resolve(undefined) }),
    respond: () => Promise.resolve({ kind: 'closed' }),
    ids,
    schedules: false,
  };
  return [...catalogue.values()].flatMap((errand) => createOwnHandles(errand, needs));
}

test.each(['query_errand', 'wait_errand', 'cancel_errand'])('%s knows no job of another tool', async (name) => {
  const handle = handlesWith('echo').find(({ listed }) => listed.name === name);
  const answer = await handle?.run({ job_id: id }, fakeRequest(caller));
  expect(textOf(answer)).toBe(`Job ${id} is a job of echo, not of errand.`);
});

test('a query of a job of its own tool names the handle tool to wait with', async () => {
  const query = handlesWith('errand').find(({ listed }) => listed.name === 'query_errand');
  const answer = await query?.run({ job_id: id }, fakeRequest(caller));
  expect(dataOf(answer)).toMatchObject({ job_id: id, next: { tool: 'wait_errand', args: { job_id: id } } });
});
