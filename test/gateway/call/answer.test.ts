/** What is said of an accepted job while Temporal, or the job's workers, cannot be asked. */
import { createAnswers } from '../../../gateway/call/answer';
import type { Answers } from '../../../gateway/call/answer';
import { Problem } from '../../../gateway/errors';
import { createIds } from '../../../gateway/ids';
import type { Jobs } from '../../../gateway/jobs/jobs';
import type { Outcome } from '../../../gateway/jobs/outcome';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { fakeJobs } from '../../fixtures/fakes';
import { dataOf, textOf } from '../../fixtures/stack';

const ref = createIds('x'.repeat(32)).newRef({ tenant: 'acme', subject: 'alice' }, 'walk', undefined);
const running = newView(ref, 'walk', DEFAULT_POLICY);
const closed: JobView = { ...running, status: 'done', closedAt: new Date() };
const done: Outcome = { kind: 'done', value: { walked: [] } };

const unavailable = (): Promise<never> => Promise.reject(new Problem('unavailable', { refused: true }));
const answersWith = (jobs: Partial<Jobs>): Answers => createAnswers(fakeJobs(jobs), new Map(), () => undefined);

test.each<[string, Partial<Jobs>]>([
  ['Temporal cannot be asked', { look: unavailable }],
  ['its result cannot be read just now', { look: () => Promise.resolve(closed), outcomeOf: unavailable }],
])('the handle of a job is good though %s', async (_what, jobs) => {
  const answer = await answersWith(jobs).about(ref, 'walk', undefined);
  expect(dataOf(answer)).toMatchObject({ job_id: ref.id, status: 'running', next: { tool: 'job_wait' } });
  expect(textOf(answer)).toContain('Note: its state cannot be read for the moment; it was accepted and goes on.');
});

test('a job that ends between the wait and the look is answered with its result', async () => {
  const jobs = { look: () => Promise.resolve(closed), outcomeOf: () => Promise.resolve(done) };
  expect(dataOf(await answersWith(jobs).about(ref, 'walk', undefined))).toEqual({ walked: [] });
});

test('only a job that is as it was before has not changed', async () => {
  const now: JobView = { ...running, progress: { done: 1, message: 'Taking two' } };
  const { about } = answersWith({ look: () => Promise.resolve(now) });
  expect(textOf(await about(ref, 'walk', undefined, now))).toContain('No change.');
  expect(textOf(await about(ref, 'walk', undefined, running))).not.toContain('No change.');
});

test('of a job that was cancelled while Temporal went down it is said that it was cancelled', async () => {
  expect(textOf(await answersWith({ look: unavailable }).ended(ref, 'walk', { kind: 'cancelled' }))).toBe(
    `Job ${ref.id} was cancelled.`,
  );
});

test('findings that no worker is up to read are counted', async () => {
  const view: JobView = { ...running, partial: { kind: 'elsewhere', characters: 70_000 } };
  const { partialOf } = answersWith({ partial: () => Promise.resolve(undefined) });
  expect(await partialOf(view)).toEqual({
    note: '70000 characters of findings; no worker is up to read them. Ask again later.',
  });
});
