/** The author's kit on the real engine, with no gateway in between. */
import { randomUUID } from 'node:crypto';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import {
  DEFAULT_POLICY,
  KIT,
  MEMO_JOB,
  MEMO_PROGRESS,
  QUERY_PARTIAL,
  SIGNAL_ANSWER,
  TASK_QUEUE,
} from '../../workflows/contract';
import type { JobMemo, Policy } from '../../workflows/contract';
import { SHORT_BUDGET_MS, outOfBudget } from '../fixtures/budget';
import { eventually } from '../fixtures/eventually';
import { newLedger } from '../fixtures/ledger';
import { run, startTestWorker } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';

let connection: Connection;
let client: Client;
let worker: TestWorker;

beforeAll(async () => {
  [connection, worker] = await Promise.all([Connection.connect({ address: run().address }), startTestWorker()]);
  client = new Client({ connection });
});
afterAll(async () => {
  await Promise.all([connection.close(), worker.stop()]);
});

const memoOf = (policy: Partial<Policy>): { memo: Record<string, JobMemo> } => ({
  memo: {
    [MEMO_JOB]: {
      tool: 'test',
      caller: { tenant: 't', subject: 's' },
      policy: { ...DEFAULT_POLICY, heartbeatMs: 2_000, ...policy },
      argsHash: '',
      kit: KIT,
    },
  },
});

const start = (type: string, input: unknown, options: object = {}): Promise<WorkflowHandle> =>
  client.workflow.start(type, { taskQueue: TASK_QUEUE, workflowId: randomUUID(), args: [input], ...options });

async function failureOf(handle: WorkflowHandle): Promise<ApplicationFailure> {
  const error: unknown = await handle.result().catch((reason: unknown) => reason);
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
  throw new Error('The workflow did not fail as a job fails.', { cause: error });
}

const memo = async (handle: WorkflowHandle, key: string): Promise<unknown> => (await handle.describe()).memo?.[key];

/** The first question that the job asks. */
const questionOf = (handle: WorkflowHandle): Promise<{ readonly key: string; readonly message: string }> =>
  eventually('a question', async () => {
    const open = (await memo(handle, 'questions')) as { key: string; message: string }[] | undefined;
    return open?.[0];
  });

test.concurrent('the memo tells which step of how many runs, with no worker asked', async () => {
  const ledger = newLedger();
  const handle = await start('walk', { ledger: ledger.path, steps: ['one', 'gated'] });
  await ledger.written('begin gated');
  expect(await memo(handle, 'progress')).toMatchObject({ done: 1, total: 2, message: 'Taking gated' });
  ledger.open('gated');
  await handle.result();
});

test.concurrent('a job without our memo runs under the default policy', async () => {
  const ledger = newLedger();
  const handle = await start('walk', { ledger: ledger.path, steps: ['gated'] });
  await ledger.written('begin gated');
  const { raw } = await handle.describe();
  expect(raw.pendingActivities?.[0]?.maximumAttempts).toBe(DEFAULT_POLICY.attempts);
  ledger.open('gated');
  await handle.result();
});

async function walkOutOfBudget(): Promise<WorkflowHandle> {
  const { ended } = await outOfBudget(async ({ path }) => {
    const handle = await start(
      'walk',
      { ledger: path, steps: ['one', 'gated'] },
      memoOf({ budgetMs: SHORT_BUDGET_MS }),
    );
    await handle.result().catch(() => undefined);
    return handle;
  });
  return ended;
}

test('a budget that ends with something in hand returns it, marked', async () => {
  const handle = await walkOutOfBudget();
  expect(await handle.result()).toMatchObject({ holdfast: 'partial', reason: 'budget', value: { walked: ['one'] } });
});

test('a partial result is there within the budget, and says where the job was', async () => {
  const handle = await walkOutOfBudget();
  expect(await handle.result()).toMatchObject({ progress: { done: 1, total: 2, message: 'Taking gated' } });
  const { events } = await handle.fetchHistory();
  const [timer] = events?.flatMap(({ timerStartedEventAttributes: started }) => started ?? []) ?? [];
  expect(Number(timer?.startToFireTimeout?.nanos) + Number(timer?.startToFireTimeout?.seconds) * 1e9).toBe(2.75e9);
});

test.concurrent(
  'a step that may be tried once is not said to be safe to repeat, whatever the policy allows',
  async () => {
    const handle = await start('dare', { ledger: newLedger().path, steps: ['gated'] });
    const failure = await failureOf(handle);
    expect(failure).toMatchObject({ type: 'outcome_unknown', details: [{ attempt: 1, of: 1, sideEffect: 'unknown' }] });
  },
);

test.concurrent('findings that are too large end the job at once, and those before them stay', async () => {
  const handle = await start('hoard', { ledger: newLedger().path, sizes: [10, 1_600_000], fail: false });
  expect(await failureOf(handle)).toMatchObject({ type: 'too_large' });
  expect(await memo(handle, 'partial')).toEqual({ value: 'x'.repeat(10) });
});

test.concurrent('a job that is cancelled before it begins does not begin', async () => {
  const handle = await start('echo', { text: 'hi' }, { startDelay: '1 hour' });
  await handle.cancel();
  await expect(handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) as unknown });
});

test.concurrent('a job that goes on with an earlier one does not repeat what is done', async () => {
  const ledger = newLedger();
  const input = { ledger: ledger.path, steps: ['one', 'two', 'three'] };
  const handle = await start('walk', input, { args: [input, { walked: ['one', 'two'] }] });
  expect(await handle.result()).toEqual({ walked: ['one', 'two', 'three'] });
  expect(ledger.lines()).toEqual(['begin three', 'end three']);
});

test('a job goes on without the steps that it can do without, and knows why they failed', async () => {
  const ledger = newLedger();
  const input = { ledger: ledger.path, steps: ['one', 'no', 'gated', 'two'], fail: 'no' };
  const handle = await start('stroll', input, memoOf({}));
  expect(await handle.result()).toEqual({
    walked: [
      'one',
      'no: refused: The step was told to fail.',
      'gated: unavailable: Step take did not end in the time that it was given.',
      'two',
      'time left',
    ],
  });
});

test.concurrent('the Web UI names each step after what the job is doing', async () => {
  const handle = await start('walk', { ledger: newLedger().path, steps: ['one'] });
  await handle.result();
  const { events } = await handle.fetchHistory();
  const scheduled = events?.find(({ activityTaskScheduledEventAttributes: step }) => step);
  expect(scheduled?.userMetadata?.summary?.data?.toString()).toBe('"Taking one"');
});

test('a budget that ends with nothing in hand is a failure of its own kind, which says how far it came', async () => {
  const handle = await start('walk', { ledger: newLedger().path, steps: ['gated'] }, memoOf({ budgetMs: 300 }));
  expect(await failureOf(handle)).toMatchObject({
    type: 'over_budget',
    nonRetryable: true,
    message: `The job's budget of 0.3 s ended with nothing in hand. It had come to "Taking gated".`,
  });
});

test('waiting for a person costs no budget', async () => {
  const handle = await start('greet', {}, memoOf({ budgetMs: 1_000, askMs: 2_000 }));
  expect(await handle.result()).toEqual({ greeting: 'Nobody there (expired).' }); // twice the budget later
});

test.concurrent('of two answers the first counts, and one to another question does not', async () => {
  const handle = await start('greet', {}, memoOf({}));
  await questionOf(handle);
  const answer = (key: string, name: string): Promise<void> =>
    handle.signal(SIGNAL_ANSWER, { key, action: 'accept', content: { name } });
  await answer('q2', 'Nobody');
  await answer('q1', 'Ada');
  await answer('q1', 'Bob');
  expect(await handle.result()).toEqual({ greeting: 'Hello, Ada!' });
});

test.concurrent('a cancelled job keeps its partial, in the memo and for the query', async () => {
  const ledger = newLedger();
  const handle = await start('walk', { ledger: ledger.path, steps: ['one', 'gated'] });
  await ledger.written('begin gated');
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect((await handle.describe()).status.name).toBe('CANCELLED');
  expect(await memo(handle, 'partial')).toEqual({ value: { walked: ['one'] } });
  expect(await handle.query(QUERY_PARTIAL)).toEqual({ walked: ['one'] });
});

test.concurrent('a partial too large for the memo leaves its size there and is whole for the query', async () => {
  const ledger = newLedger();
  const steps = Array.from({ length: 60 }, (_, n) => `step ${n} with a name that takes some room`);
  const handle = await start('walk', { ledger: ledger.path, steps: [...steps, 'gated'] });
  await ledger.written('begin gated');
  expect(await memo(handle, 'partial')).toEqual({ characters: JSON.stringify({ walked: steps }).length });
  expect(await handle.query(QUERY_PARTIAL)).toEqual({ walked: steps });
  ledger.open('gated');
  await handle.result();
});

test.concurrent('a step that fails for good fails the job with its kind and our sentence', async () => {
  const handle = await start('walk', { ledger: newLedger().path, steps: ['a'], fail: 'a' });
  expect(await failureOf(handle)).toMatchObject({
    type: 'refused',
    message: 'The step was told to fail.',
    details: [{ sideEffect: 'none', attempt: 1, of: DEFAULT_POLICY.attempts }],
  });
});

test.concurrent('a result too large for Temporal fails at once, with one attempt', async () => {
  const handle = await start('singleStep', { step: 'fill', input: { characters: 2_000_000 } });
  expect(await failureOf(handle)).toMatchObject({ type: 'too_large', details: [{ attempt: 1, sideEffect: 'done' }] });
});

/** The kinds of events that are paid for, in the order in which they came. */
async function paidFor(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap((event) => {
    if (event.timerStartedEventAttributes) return ['timer'];
    if (event.activityTaskScheduledEventAttributes) return ['step'];
    return event.workflowPropertiesModifiedEventAttributes ? ['memo'] : [];
  });
}

test.concurrent('a job of one step is paid for as its start and that step', async () => {
  const first = { done: 0, message: 'fill', at: new Date().toISOString() };
  const called = memoOf({}).memo;
  const handle = await start(
    'singleStep',
    { step: 'fill', input: { characters: 3 } },
    { memo: { ...called, [MEMO_PROGRESS]: first } },
  );
  await handle.result();
  expect(await paidFor(handle)).toEqual(['step']);
  expect(await memo(handle, 'progress')).toEqual(first);
});

test.concurrent('a job of one step whose first progress nobody knew writes it', async () => {
  const handle = await start('singleStep', { step: 'fill', input: { characters: 3 } }, memoOf({}));
  await handle.result();
  expect((await paidFor(handle)).sort()).toEqual(['memo', 'step']);
});

test.concurrent('what a job of one step has not done at the end of its budget is over', async () => {
  const handle = await start('singleStep', { step: 'nap', input: { ms: 60_000 } }, memoOf({ budgetMs: 1_000 }));
  expect(await failureOf(handle)).toMatchObject({
    type: 'over_budget',
    nonRetryable: true,
    message: expect.stringContaining('It had come to "nap".') as string,
  });
});

test.concurrent('a job of five steps writes its memo once for each, and nothing beside its result', async () => {
  const steps = ['a', 'b', 'c', 'd', 'e'];
  const handle = await start('walk', { ledger: newLedger().path, steps }, memoOf({}));
  await handle.result();
  expect((await paidFor(handle)).sort()).toEqual([...steps.map(() => 'memo'), ...steps.map(() => 'step'), 'timer']);
});

test.concurrent('a job that says the same again and again writes it once', async () => {
  const steps = ['a', 'b', 'c'];
  const handle = await start('harp', { ledger: newLedger().path, steps }, memoOf({}));
  await handle.result();
  expect((await paidFor(handle)).filter((event) => event === 'memo')).toEqual(['memo']);
});

test.concurrent('a tool of one step runs it without a workflow of its own', async () => {
  const handle = await start('singleStep', { step: 'fill', input: { characters: 3 } });
  expect(await handle.result()).toBe('xxx');
});

test.concurrent('a job whose whole result is too large fails at once, and is not tried for ever', async () => {
  const handle = await start('echo', { text: 'x'.repeat(1_600_000) });
  expect(await failureOf(handle)).toMatchObject({ type: 'too_large' });
});

test.concurrent('what a step throws in words of its own stays in the history', async () => {
  const handle = await start('singleStep', { step: 'blurt', input: {} }, memoOf({ attempts: 1 }));
  expect(await failureOf(handle)).toMatchObject({ type: 'broken', message: 'Step blurt failed.' });
});

test.concurrent('a step that no worker knows is named', async () => {
  const handle = await start('singleStep', { step: 'nonexistent', input: {} }, memoOf({ attempts: 1 }));
  const message = 'No worker that polls for it knows a step named nonexistent.';
  expect(await failureOf(handle)).toMatchObject({ type: 'broken', message });
});

test('a job that swallows the end of its budget ends all the same, with its partial', async () => {
  const input = { ledger: newLedger().path, steps: ['gated'] };
  const handle = await start('stubborn', input, memoOf({ budgetMs: 1_000 }));
  expect(await handle.result()).toMatchObject({ holdfast: 'partial', value: { walked: ['gated'] } });
});

test.concurrent('a job that swallows its cancellation ends all the same', async () => {
  const ledger = newLedger();
  const handle = await start('stubborn', { ledger: ledger.path, steps: ['gated'] });
  await ledger.written('begin gated');
  await handle.cancel();
  await expect(handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) as unknown });
});

test.concurrent('an output that looks like a partial result is refused', async () => {
  expect((await failureOf(await start('forge', {}))).type).toBe('broken');
});

test.concurrent('an output that is no JSON at all fails at once', async () => {
  expect(await failureOf(await start('mutter', {}))).toMatchObject({
    type: 'broken',
    message: "The job's result is not JSON.",
  });
});

test.concurrent('a question that no form can show fails at once', async () => {
  const failure = await failureOf(await start('pester', {}));
  expect(failure).toMatchObject({ type: 'broken', message: expect.stringContaining('no form') as unknown });
});

test.concurrent('a job that needs approval does nothing without it', async () => {
  const handle = await start('echo', { text: 'hi' }, memoOf({ approval: 'required' }));
  const question = await questionOf(handle);
  expect(question.message).toContain('{"text":"hi"}');
  await handle.signal(SIGNAL_ANSWER, { key: question.key, action: 'decline' });
  expect(await failureOf(handle)).toMatchObject({ type: 'refused' });
});

const askedFor = async (handle: WorkflowHandle): Promise<string> => {
  const { message } = await questionOf(handle);
  await handle.cancel();
  return message;
};

test.concurrent('who is asked to allow long arguments sees both ends of them, and how much is left out', async () => {
  const text = `${'a'.repeat(5_000)} and delete everything`;
  const message = await askedFor(await start('echo', { text }, memoOf({ approval: 'required' })));
  expect(message).toMatch(/^test wants to run with {"text":"aaa/);
  expect(message).toContain('[3033 of 5033 characters left out]');
  expect(message).toMatch(/and delete everything"}\. Allow it\?$/);
});

test.concurrent('long arguments of emoji are cut between two of them', async () => {
  for (const text of ['😀'.repeat(3_000), `a${'😀'.repeat(3_000)}`]) {
    const message = await askedFor(await start('echo', { text }, memoOf({ approval: 'required' })));
    expect(message.isWellFormed()).toBe(true);
    expect(message).toContain('characters left out]');
  }
});

test.concurrent('who is asked to allow a single step sees its input alone', async () => {
  const handle = await start(
    'singleStep',
    { step: 'fill', input: { characters: 3 } },
    memoOf({ approval: 'required' }),
  );
  expect(await askedFor(handle)).toBe('test wants to run with {"characters":3}. Allow it?');
});

test('approval that nobody gives in time is a no', async () => {
  const handle = await start('echo', { text: 'hi' }, memoOf({ approval: 'required', askMs: 500 }));
  expect((await failureOf(handle)).message).toContain('Nobody allowed');
});

test.concurrent('a job that was allowed runs', async () => {
  const handle = await start('echo', { text: 'hi' }, memoOf({ approval: 'required' }));
  await questionOf(handle);
  await handle.signal(SIGNAL_ANSWER, { key: 'q1', action: 'accept' });
  expect(await handle.result()).toEqual({ text: 'hi' });
});

test('of the steps that a job asks for at once no more than a thousand are under way', async () => {
  const handle = await start('flood', { steps: 1_100 }, memoOf({}));
  expect(await handle.result()).toEqual({ taken: 1_100 });
  const { events } = await handle.fetchHistory();
  let underWay = 0;
  const counts = events?.map(
    ({ activityTaskScheduledEventAttributes: begun, activityTaskCompletedEventAttributes: ended }) => {
      if (begun) underWay += 1;
      if (ended) underWay -= 1;
      return underWay;
    },
  );
  expect(Math.max(...(counts ?? []))).toBe(1_000);
});

test('a job that says too often how far it is writes it once, when it waits', async () => {
  const ledger = newLedger();
  const handle = await start('chatter', { ledger: ledger.path, steps: ['gated'] }, memoOf({}));
  await ledger.written('begin gated');
  expect(await memo(handle, 'progress')).toMatchObject({ message: 'At 30000' });
  expect(await memo(handle, 'partial')).toEqual({ value: { walked: [30_000] } });
  const { events } = await handle.fetchHistory();
  expect(events?.filter(({ workflowPropertiesModifiedEventAttributes: change }) => change)).toHaveLength(1);
  ledger.open('gated');
  await handle.result();
});

test.concurrent('a job never shows more steps done than there are in all', async () => {
  const ledger = newLedger();
  const handle = await start('chatter', { ledger: ledger.path, steps: ['gated'] }, memoOf({}));
  await ledger.written('begin gated');
  expect(await memo(handle, 'progress')).toMatchObject({ done: 9, total: 9 });
  ledger.open('gated');
  await handle.result();
});
