/** What keeps a job from going on, read from Temporal's `describe`. */
import type { JobRef } from '../../../gateway/ids';
import { troubleIn } from '../../../gateway/jobs/pending';
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
