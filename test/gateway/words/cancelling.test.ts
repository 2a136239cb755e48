/** What is said of a job that was told to stop and cannot: its workflow's code fails, or no worker is up. */
import { createJobCancel } from '../../../gateway/handles/cancel';
import { handleOf } from '../../../gateway/words/handle';
import { createIds } from '../../../gateway/ids';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { fakeAnswers, fakeJobs, fakeRequest, fakeWatch } from '../../fixtures/fakes';
import { dataOf, textOf } from '../../fixtures/stack';

const caller = { tenant: 't', subject: 's' };
const ids = createIds('x'.repeat(32));
const ref = ids.newRef(caller, 'walk', undefined);
const running = newView(ref, 'walk', DEFAULT_POLICY);
const trouble = 'its next decision was tried 9 times: the workflow code fails';
const stopping: JobView = { ...running, cancelling: true, trouble };
const words = 'has been told to stop: it ends by itself, or is ended soon';

test('job_cancel promises no more than it can keep, and says what is wrong', async () => {
  const views = [running, stopping];
  const jobCancel = createJobCancel({
    jobs: fakeJobs({ look: () => Promise.resolve(views.shift() ?? stopping), cancel: () => Promise.resolve() }),
    watch: fakeWatch({ wait: () => Promise.resolve(undefined) }),
    answers: fakeAnswers(),
    respond: () => Promise.resolve({ kind: 'closed' }),
    ids,
    schedules: false,
  });
  const answer = await jobCancel.run({ job_id: ref.id }, fakeRequest(caller));
  expect(textOf(answer)).toContain(`${words}. Note: ${trouble}.`);
  expect(dataOf(answer)).toMatchObject({ status: 'running', cancelling: true });
});

test('who waits for it hears that it was told to stop', () => {
  expect(textOf(handleOf(stopping, undefined))).toContain(words);
});

test('nobody is asked to answer its question any more', () => {
  const question = { key: 'q1', message: 'Who?', schema: {}, expiresAt: '2999-01-01T00:00:00Z' };
  const asking: JobView = { ...stopping, status: 'input_required', questions: [question] };
  const answer = handleOf(asking, undefined);
  expect(textOf(answer)).toContain(words);
  expect(dataOf(answer)['next']).toMatchObject({ tool: 'job_wait' });
});

test('a wait without news names the next call, however much is to be said', () => {
  const text = textOf(handleOf({ ...stopping, trouble: trouble.repeat(5) }, undefined, true));
  expect(text.length).toBeLessThanOrEqual(300);
  expect(text).toMatch(/No change\. Call job_wait\(.*\) again\.$/);
});
