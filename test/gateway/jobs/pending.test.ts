/** What keeps a job from going on, read from Temporal's `describe`. */
import type { JobRef } from '../../../gateway/ids';
import { retryingIn, troubleIn } from '../../../gateway/jobs/pending';
import { viewOf } from '../../../gateway/jobs/view';
import { described } from '../../fixtures/description';

const ref: JobRef = { id: 'job_7k3m9q2x4v8ht5wz', workflowId: 'acme/2h24zh1vhj/job_7k3m9q2x4v8ht5wz' };

test('a job that an operator has paused still runs, and says what it waits for', async () => {
  const view = viewOf(ref, await described({ status: 'PAUSED' }), undefined);
  expect(view).toMatchObject({ status: 'running', trouble: 'an operator has paused it' });
});

test('a decision that was tried more than three times is trouble', async () => {
  const troubleAfter = async (attempt: number): Promise<string | undefined> =>
    troubleIn(await described({ raw: { pendingWorkflowTask: { attempt } } }));
  expect(await troubleAfter(3)).toBeUndefined();
  expect(await troubleAfter(4)).toContain('its next decision was tried 4 times');
});

test('a job whose worker stands still names the step that holds it, and the progress of its own', async () => {
  const view = viewOf(ref, await described({}), { done: 3, lost: 1, heldBy: 'crunch' });
  expect(view.trouble).toContain('step crunch holds the event loop');
  expect(view.within).toEqual({ done: 3 });
});

test.each([
  ['a worker that was lost', 4, 'its worker was lost, or stood still.'],
  ['a time that was up', 1, 'it did not end in the time that it was given.'],
])('the attempt before is told apart: %s', async (_what, timeoutType, words) => {
  const pending = { activityType: { name: 'take' }, attempt: 2, lastFailure: { timeoutFailureInfo: { timeoutType } } };
  const description = await described({ raw: { pendingActivities: [pending] } });
  expect(retryingIn(description)).toEqual({ step: 'take', attempt: 2, last_error: words });
});
