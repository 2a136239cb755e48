/** Core tasks that were told to stop: cancelled is cancelled, whatever becomes of the job. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { createIds } from '../../../gateway/ids';
import type { Outcome } from '../../../gateway/jobs/outcome';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { createTasks } from '../../../gateway/mcp/tasks';
import type { TasksNeeds } from '../../../gateway/mcp/tasks';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { fakeAnswers, fakeJobs, fakeWatch } from '../../fixtures/fakes';
import { textOf } from '../../fixtures/stack';

const ids = createIds('x'.repeat(32));
const caller = { tenant: 'acme', subject: 'alice' };
const ref = ids.newRef(caller, 'walk', 'k');
const running = newView(ref, 'walk', DEFAULT_POLICY);
const stopping: JobView = { ...running, cancelling: true };
const done: Outcome = { kind: 'done', value: 1 };

/** What `tasks/result` says of a job that is looked at as `views` tell, one after the other. */
async function resultOf(
  wait: TasksNeeds['watch']['wait'],
  ...views: readonly [JobView, ...JobView[]]
): Promise<string> {
  const looks = [...views];
  const ended = (_ref: unknown, _tool: string, { kind }: Outcome): Promise<CallToolResult> =>
    Promise.resolve({ content: [{ type: 'text', text: kind }] });
  const { result } = createTasks({
    jobs: fakeJobs({ look: () => Promise.resolve(looks.shift() ?? stopping) }),
    watch: fakeWatch({ wait }),
    answers: fakeAnswers({ ended }),
    respond: () => Promise.resolve({ kind: 'closed' }),
    ids,
  });
  return textOf(await result(caller, ref.id, undefined, new AbortController().signal));
}

test('a job that ends by itself is told of as it ended', async () => {
  expect(await resultOf(() => Promise.resolve(done), running, { ...running, status: 'done' })).toBe('done');
});

test('a job that did not listen, and came to an end of its own, was cancelled all the same', async () => {
  expect(await resultOf(() => Promise.resolve(done), running, { ...stopping, status: 'done' })).toBe('cancelled');
});

test('a wait for the result is over as soon as the task is cancelled, though its job goes on', async () => {
  const wait: TasksNeeds['watch']['wait'] = (_ref, { signal, onView }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined));
      onView?.(stopping);
    });
  expect(await resultOf(wait, running)).toBe('cancelled');
});
