/** `job_wait` on more than one job: when the wait for all of them is over. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { createJobWait } from '../../../gateway/handles/wait';
import { createIds } from '../../../gateway/ids';
import type { JobRef } from '../../../gateway/ids';
import type { Outcome } from '../../../gateway/jobs/outcome';
import { newView } from '../../../gateway/jobs/view';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { fakeAnswers, fakeJobs, fakeRequest, fakeWatch } from '../../fixtures/fakes';
import { textOf } from '../../fixtures/stack';

const caller = { tenant: 'acme', subject: 'alice' };
const ids = createIds('x'.repeat(32));
const [first, second] = [ids.newRef(caller, 'walk', 'first'), ids.newRef(caller, 'walk', 'second')];
const done: Outcome = { kind: 'done', value: 1 };

/** Waits on both jobs. The wait for the first ends at once with `outcome`; that for the second is told by the test, or aborted. */
function waiting(mode: 'all' | 'any', outcome: Outcome | undefined) {
  let end: (outcome: Outcome) => void = () => undefined;
  let aborted = false;
  const wait = ({ id }: JobRef, { signal }: { readonly signal: AbortSignal }): Promise<Outcome | undefined> => {
    if (id === first.id) return Promise.resolve(outcome);
    return new Promise((resolve) => {
      end = resolve;
      signal.addEventListener('abort', () => {
        aborted = true;
        resolve(undefined);
      });
    });
  };
  const about = ({ id }: JobRef, _tool: string, how: Outcome | undefined): Promise<CallToolResult> =>
    Promise.resolve({ content: [{ type: 'text', text: `${id} ${how?.kind ?? 'goes on'}` }] });
  const jobWait = createJobWait({
    jobs: fakeJobs({ look: (ref) => Promise.resolve(newView(ref, 'walk', DEFAULT_POLICY)) }),
    watch: fakeWatch({ wait }),
    answers: fakeAnswers({ about }),
    respond: () => Promise.resolve({ kind: 'closed' }),
    ids,
    schedules: false,
  });
  const answer = jobWait.run({ job_ids: [first.id, second.id], mode }, fakeRequest(caller)).then(textOf);
  return { answer, aborted: () => aborted, end: () => end(done) };
}

/** Lets everything happen that waits for nothing. */
const settled = (): Promise<unknown> => new Promise(setImmediate);

test('a job that asks a person ends the wait for all: the question cannot wait for the other jobs', async () => {
  const { answer, aborted } = waiting('all', undefined);
  await settled();
  expect(aborted()).toBe(true);
  expect(await answer).toBe(`${first.id} goes on\n${second.id} goes on`);
});

test('a job that has ended does not end the wait for all', async () => {
  const { answer, aborted, end } = waiting('all', done);
  await settled();
  expect(aborted()).toBe(false);
  end();
  expect(await answer).toBe(`${first.id} done\n${second.id} done`);
});

test('a job that has ended ends the wait for any', async () => {
  const { answer } = waiting('any', done);
  expect(await answer).toBe(`${first.id} done\n${second.id} goes on`);
});
