/** `job_continue`: what there is to go on with in a job that was cancelled. */
import { z } from 'zod';
import { createJobContinue } from '../../../gateway/handles/continue';
import type { Continuation } from '../../../gateway/handles/continue';
import { createIds } from '../../../gateway/ids';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { ALL_ALLOWED } from '../../../gateway/allowed';
import { authoredTools } from '../../../gateway/tools';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { defineTool } from '../../../workflows/define-tool';
import { fakeJobs } from '../../fixtures/fakes';
import { textOf } from '../../fixtures/stack';

const caller = { tenant: 'acme', subject: 'alice' };
const ids = createIds('x'.repeat(32));
const ref = ids.newRef(caller, 'hurry', 'k');
const tools = authoredTools([
  defineTool({ name: 'hurry', description: 'Hurries.', input: z.object({}), workflow: 'walk', continues: true }),
]);
const input = { steps: ['one', 'two'] };

/** Goes on with a job that left `partial`, which a worker reads as `read`. */
function goOnWith(partial: JobView['partial'], read?: unknown): Promise<Continuation> {
  const view: JobView = { ...newView(ref, 'hurry', DEFAULT_POLICY), status: 'cancelled', partial };
  const jobs = fakeJobs({
    look: () => Promise.resolve(view),
    outcomeOf: () => Promise.resolve({ kind: 'cancelled' }),
    partial: () => Promise.resolve(read),
    inputOf: () => Promise.resolve(input),
  });
  return createJobContinue({ jobs, ids }, tools).resolve(
    { job_id: ref.id },
    { caller, round: undefined, allowed: ALL_ALLOWED },
  );
}
const refusal = async (continuation: Promise<Continuation>): Promise<string> => {
  const how = await continuation;
  return how.kind === 'refused' ? textOf(how.result) : how.kind;
};

const many = { kind: 'elsewhere', characters: 70_000 } as const;

test.each<[string, JobView['partial'], unknown, unknown]>([
  ['stand in the memo', { kind: 'value', value: ['one'] }, undefined, ['one']],
  ['only a worker can read', many, ['one', 'and more'], ['one', 'and more']],
])('the call is made again with its arguments and with findings that %s', async (_what, partial, read, found) => {
  expect(await goOnWith(partial, read)).toMatchObject({
    kind: 'call',
    called: { input: { ok: true, input }, earlier: { job: ref.id, found } },
  });
});

test('findings that no worker is up to read are worth another try', async () => {
  expect(await refusal(goOnWith(many))).toBe(
    'What the job has found cannot be read just now: no worker is up. Try again in 10 s.',
  );
});

test('where nothing was found there is nothing to go on with', async () => {
  expect(await refusal(goOnWith(undefined))).toBe(`Job ${ref.id} left nothing to go on with. Call hurry again.`);
});
