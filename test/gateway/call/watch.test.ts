import { DEFAULT_POLICY } from '../../../workflows/contract';
import { Problem } from '../../../gateway/errors';
import type { JobRef } from '../../../gateway/ids';
import type { Outcome } from '../../../gateway/jobs/outcome';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { createWatch } from '../../../gateway/call/watch';
import type { Watchable } from '../../../gateway/call/hub';
import type { Question } from '../../../workflows/contract';

const ref: JobRef = { id: 'job_0000000000000000', workflowId: 'local/x/job_0000000000000000' };
const done: Outcome = { kind: 'done', value: 1 };
const forever = (): AbortSignal => new AbortController().signal;

/** Jobs whose long polls are answered by the test. */
function fakeJobs() {
  const polls: {
    resolve: (outcome: Outcome | undefined) => void;
    reject: (error: unknown) => void;
    signal: AbortSignal;
  }[] = [];
  const jobs: Watchable = {
    look: () => Promise.reject(new Problem('unavailable', { refused: true })),
    poll: (_ref, signal) =>
      new Promise((resolve, reject) => {
        polls.push({ resolve, reject, signal });
        signal.addEventListener('abort', () => resolve(undefined));
      }),
  };
  return { jobs, polls };
}

test('any number of waits on one job share one long poll', async () => {
  const { jobs, polls } = fakeJobs();
  const hub = createWatch(jobs);
  const waits = Array.from({ length: 100 }, () => hub.wait(ref, { ms: 10_000, signal: forever() }));
  expect(polls.length).toBe(1);
  polls[0]?.resolve(done);
  expect(await Promise.all(waits)).toEqual(Array.from({ length: 100 }, () => done));
});

test('the poll ends with the last wait, and not before', async () => {
  const { jobs, polls } = fakeJobs();
  const hub = createWatch(jobs);
  const [first, second] = [new AbortController(), new AbortController()];
  const waits = [first, second].map(({ signal }) => hub.wait(ref, { ms: 10_000, signal }));
  first.abort();
  expect(await waits[0]).toBeUndefined();
  expect(polls[0]?.signal.aborted).toBe(false);
  second.abort();
  expect(await waits[1]).toBeUndefined();
  expect(polls[0]?.signal.aborted).toBe(true);
});

test('a poll that has ended by itself is not aborted', async () => {
  const { jobs, polls } = fakeJobs();
  const wait = createWatch(jobs).wait(ref, { ms: 10_000, signal: forever() });
  polls[0]?.resolve(done);
  expect(await wait).toEqual(done);
  expect(polls[0]?.signal.aborted).toBe(false);
});

test('a wait whose time is up ends without an outcome', async () => {
  const { jobs, polls } = fakeJobs();
  expect(await createWatch(jobs).wait(ref, { ms: 1, signal: forever() })).toBeUndefined();
  expect(polls[0]?.signal.aborted).toBe(true);
});

test('draining ends every wait and lets no new one begin', async () => {
  const hub = createWatch(fakeJobs().jobs);
  const wait = hub.wait(ref, { ms: 10_000, signal: forever() });
  hub.drain();
  expect(await wait).toBeUndefined();
  expect(await hub.wait(ref, { ms: 10_000, signal: forever() })).toBeUndefined();
});

test('a question that another replica shows while a wait lasts is not asked on it; one shown before is', async () => {
  const question = { key: 'q1', message: '', schema: {}, expiresAt: '' };
  const view = newView(ref, 'greet', DEFAULT_POLICY);
  const looks: Partial<JobView>[] = [{ questions: [] }, { questions: [{ ...question, shown: true }] }];
  const { jobs } = fakeJobs();
  let look = 0;
  const hub = createWatch({
    ...jobs,
    look: () => Promise.resolve<JobView>({ ...view, status: 'input_required', ...looks[Math.min(look++, 1)] }),
  });
  const asked: string[] = [];
  const wait = (name: string): Promise<Outcome | undefined> =>
    hub.wait(ref, { ms: 1_500, signal: forever(), push: () => Promise.resolve(void asked.push(name)) });
  await wait('open');
  expect(asked).toEqual([]);
  await wait('later');
  expect(asked).toEqual(['later']);
});

test('a question is not asked while the job has news to take in, which may be its answer', async () => {
  const question: Question = { key: 'q1', message: 'Who?', schema: {}, expiresAt: '2999-01-01T00:00:00Z' };
  const asking: JobView = { ...newView(ref, 'greet', DEFAULT_POLICY), status: 'input_required', questions: [question] };
  const views: JobView[] = [{ ...asking, status: 'running' }, asking];
  const { jobs } = fakeJobs();
  let looks = 0;
  const hub = createWatch({ ...jobs, look: () => Promise.resolve(views[Math.min(looks++, 1)] ?? asking) });
  const looksBefore = await new Promise((resolve) => {
    const push = (): Promise<void> => Promise.resolve(resolve(looks));
    void hub.wait(ref, { ms: 10_000, signal: forever(), push });
  });
  expect(looksBefore).toBe(2);
  hub.drain();
});

test('an error that is not about the connection ends the waits with it', async () => {
  const { jobs, polls } = fakeJobs();
  const wait = createWatch(jobs).wait(ref, { ms: 10_000, signal: forever() });
  polls[0]?.reject(new Error('broken'));
  await expect(wait).rejects.toThrow('broken');
});

test('who joins a watch with an older view is told what the others know', async () => {
  const asking: Question = { key: 'q1', message: 'Who?', schema: {}, expiresAt: '2999-01-01T00:00:00Z' };
  const before = newView(ref, 'greet', DEFAULT_POLICY);
  const now: JobView = { ...before, status: 'input_required', questions: [asking] };
  const { jobs } = fakeJobs();
  const hub = createWatch({ ...jobs, look: () => Promise.resolve(now) });
  const told = (seen?: JobView): Promise<JobView> =>
    new Promise((resolve) => {
      hub.follow(ref, { eager: true, onView: resolve, onEnd: () => undefined, onError: () => undefined }, seen);
    });
  await told(before); // the ticker has found the question, and will not tell of it again
  expect(await told(before)).toMatchObject({ status: 'input_required', questions: [{ key: 'q1' }] });
  hub.drain();
});

test('who joins in the middle of a look does not double the looks', async () => {
  jest.useFakeTimers();
  const view = newView(ref, 'greet', DEFAULT_POLICY);
  const { jobs } = fakeJobs();
  let looks = 0;
  let answer: (view: JobView) => void = () => undefined;
  const look = (): Promise<JobView> =>
    (looks += 1) === 1 ? new Promise((resolve) => (answer = resolve)) : Promise.resolve(view);
  const hub = createWatch({ ...jobs, look });
  const follow = (eager: boolean): (() => void) =>
    hub.follow(ref, { eager, onEnd: () => undefined, onError: () => undefined }, view);
  follow(false);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(looks).toBe(1);
  follow(true);
  answer(view);
  await jest.advanceTimersByTimeAsync(7_200);
  expect(looks).toBe(4); // after 1.5 s, 2.25 s and 3.375 s more
  hub.drain();
  jest.useRealTimers();
});
