/**
 * A gallery of all that a model is told about its calls, word for word. Walk through it from top to bottom: a job that goes on,
 * one that has ended, a call that was not accepted, and what a client of tasks shows. It is noon.
 */
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { JobRef } from '../../../gateway/ids';
import type { Outcome } from '../../../gateway/jobs/outcome';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { handleOf, statusLine } from '../../../gateway/words/handle';
import { misfitting, overQuota } from '../../../gateway/words/rejected';
import { resultOf } from '../../../gateway/words/result';
import type { Presentation } from '../../../gateway/words/result';
import { coreTask, createdTask, detailedTask } from '../../../gateway/words/task';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import type { FailureDetail, Question } from '../../../workflows/contract';
import { dataOf, textOf } from '../../fixtures/stack';

const ref: JobRef = { id: 'job_7k3m9q2x4v8ht5wz', workflowId: 'acme/2h24zh1vhj/job_7k3m9q2x4v8ht5wz' };

beforeAll(() => jest.useFakeTimers({ now: new Date('2026-11-26T12:00:00Z') }));
afterAll(() => jest.useRealTimers());

/** A job that was called for 45 s ago. */
const viewWith = (change: Partial<JobView>): JobView => ({
  ...newView(ref, 'analyze_repository', DEFAULT_POLICY),
  startedAt: new Date('2026-11-26T11:59:15Z'),
  ...change,
});

const fourth: Partial<JobView> = { progress: { done: 3, total: 5, message: 'Reading the history' } };
const estimated: Partial<JobView> = { estimate: { eta_s: 360, eta_p90_s: 540, from: 12 } };
const retrying: Partial<JobView> = {
  retrying: {
    step: 'fetchRepository',
    attempt: 2,
    of: 5,
    next_attempt_at: '2026-11-26T12:00:08Z',
    last_error: 'github.com answered 503.',
  },
};
const paused: Partial<JobView> = { trouble: 'an operator has paused it' };
const failing: Partial<JobView> = {
  trouble:
    'its next decision was tried 9 times: the workflow code fails, or no worker answers; the log of the workers tells which. It goes on once that is mended, unless it is pinned to the code that it began with',
};
const unclaimed: Partial<JobView> = {
  unclaimed: {
    name: 'holdfast',
    type: 'activity',
    state: 'no worker polls the queue holdfast; it goes on as soon as one does',
  },
};
const putOff: Partial<JobView> = { startedAt: new Date('2026-11-26T12:00:00Z'), delayMs: 6 * 3_600_000 };
const branch: Question = {
  key: 'q1',
  message: 'Which branch?',
  schema: { type: 'object', properties: { branch: { type: 'string' } }, required: ['branch'] },
  expiresAt: '2026-11-27T12:00:00.000Z',
};
const publish: Question = {
  key: 'q2',
  message: 'Publish the report?',
  schema: { type: 'object', properties: { publish: { type: 'boolean' } } },
  expiresAt: '2026-11-26T13:00:00.000Z',
};
const asking = (...questions: readonly Question[]): Partial<JobView> => ({ status: 'input_required', questions });

/** What the answer says, line by line. */
const linesOf = (answer: CallToolResult): string[] => textOf(answer).split('\n');

describe('a job that goes on', () => {
  test.each<[string, Partial<JobView>, ...string[]]>([
    [
      'has just begun',
      { startedAt: new Date('2026-11-26T12:00:00Z') },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING normally — 0 s elapsed.',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
    [
      'is in its fourth step of five',
      fourth,
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING normally — 45 s elapsed, step 4 of 5: Reading the history.',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
    [
      'is somewhere within that step',
      { ...fourth, within: { message: 'commits', done: 120, total: 480 } },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING normally — 45 s elapsed, step 4 of 5: Reading the history (commits 120/480).',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
    [
      'does not know how many steps there will be',
      { progress: { done: 3, message: 'Reading page 4' } },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING normally — 45 s elapsed, step 4: Reading page 4.',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
    [
      'will take as long as those before it',
      { ...fourth, ...estimated },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING normally — 45 s elapsed, step 4 of 5: Reading the history, about 6 min left.',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
    [
      'has taken hours',
      { startedAt: new Date('2026-11-26T09:55:00Z') },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING normally — 2 h 5 min elapsed.',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
    [
      'has handle tools of its own',
      { ...fourth, ownHandles: true },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING normally — 45 s elapsed, step 4 of 5: Reading the history.',
      'Do not call start_analyze_repository again. Next: wait_analyze_repository({"job_id":"job_7k3m9q2x4v8ht5wz"}) — it blocks until there is news.',
    ],
    [
      'waits for its next attempt at a step',
      { ...fourth, ...retrying },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING — 45 s elapsed, step 4 of 5: Reading the history. Note: step fetchRepository is in attempt 2 of 5, which starts in 8 s, the last one failed: github.com answered 503.',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
    [
      'is in a later attempt, after a failure in words that are not ours',
      { retrying: { step: 'fetchRepository', attempt: 3 } },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING — 45 s elapsed. Note: step fetchRepository is in attempt 3.',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
    [
      'was paused by an operator',
      { ...fourth, ...paused },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING — 45 s elapsed, step 4 of 5: Reading the history. Note: an operator has paused it.',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
    [
      'has workflow code that fails',
      failing,
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING — 45 s elapsed. Note: its next decision was tried 9 times: the workflow code fails, or no worker answers; the log of the workers tells which. It goes on once that is mended, unless it is pinned to the code that it began with.',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
    [
      'waits in a queue that no worker polls',
      unclaimed,
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING — 45 s elapsed. Note: no worker polls the queue holdfast; it goes on as soon as one does.',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
    [
      'was told to stop',
      { ...fourth, cancelling: true },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) has been told to stop: it ends by itself, or is ended soon — 45 s elapsed, step 4 of 5: Reading the history.',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
    [
      'is put off',
      putOff,
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is put off: it begins at 2026-11-26T18:00:00.000Z. There is nothing to wait for until then. To call it off: job_cancel({"job_id":"job_7k3m9q2x4v8ht5wz"})',
    ],
    [
      'is put off, and has handle tools of its own',
      { ...putOff, ownHandles: true },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is put off: it begins at 2026-11-26T18:00:00.000Z. There is nothing to wait for until then. To call it off: cancel_analyze_repository({"job_id":"job_7k3m9q2x4v8ht5wz"})',
    ],
    [
      'asks a person',
      asking(branch),
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) waits for an answer from a person. Ask the user; do not decide for them.',
      'Question q1 (open until 2026-11-27T12:00:00.000Z): Which branch?',
      'The answer\'s content must fit this JSON Schema: {"type":"object","properties":{"branch":{"type":"string"}},"required":["branch"]}',
      'Do not call analyze_repository again. Next, with the user\'s answer as content: job_respond({"job_id":"job_7k3m9q2x4v8ht5wz","question":"q1","action":"accept","content":{}}) — or with action "decline".',
    ],
    [
      'asks a person two things',
      asking(branch, publish),
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) waits for an answer from a person. Ask the user; do not decide for them.',
      'Question q1 (open until 2026-11-27T12:00:00.000Z): Which branch?',
      'The answer\'s content must fit this JSON Schema: {"type":"object","properties":{"branch":{"type":"string"}},"required":["branch"]}',
      'Question q2 (open until 2026-11-26T13:00:00.000Z): Publish the report?',
      'The answer\'s content must fit this JSON Schema: {"type":"object","properties":{"publish":{"type":"boolean"}}}',
      'Do not call analyze_repository again. Next, with the user\'s answer as content: job_respond({"job_id":"job_7k3m9q2x4v8ht5wz","question":"q1","action":"accept","content":{}}) — or with action "decline".',
    ],
    [
      'asked a person, and was told to stop',
      { ...asking(branch), cancelling: true },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) has been told to stop: it ends by itself, or is ended soon — 45 s elapsed.',
      'Do not call analyze_repository again. Next: job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) — it blocks until there is news.',
    ],
  ])('%s', (_what, change, ...lines) => {
    expect(linesOf(handleOf(viewWith(change), undefined))).toEqual(lines);
  });

  test('is told of as data, too', () => {
    const view = viewWith({ ...fourth, ...estimated, ...retrying, within: { done: 120, total: 480 } });
    const { structuredContent, _meta } = handleOf(view, 'https://temporal.acme.example/job');
    expect({ structuredContent, _meta }).toEqual({
      structuredContent: {
        job_id: 'job_7k3m9q2x4v8ht5wz',
        status: 'running',
        tool: 'analyze_repository',
        elapsed_s: 45,
        progress: { done: 3, total: 5, message: 'Reading the history', within: { done: 120, total: 480 } },
        trouble:
          'step fetchRepository is in attempt 2 of 5, which starts in 8 s, the last one failed: github.com answered 503',
        retrying: {
          step: 'fetchRepository',
          attempt: 2,
          of: 5,
          next_attempt_at: '2026-11-26T12:00:08Z',
          last_error: 'github.com answered 503.',
        },
        eta_s: 360,
        eta_p90_s: 540,
        from: 12,
        expires_at: '2026-11-28T12:59:15.000Z',
        next: { tool: 'job_wait', args: { job_ids: ['job_7k3m9q2x4v8ht5wz'] } },
      },
      _meta: {
        'io.holdfast/job': 'job_7k3m9q2x4v8ht5wz',
        'io.holdfast/audit': 'https://temporal.acme.example/job',
      },
    });
  });
});

describe('a wait that brought no news', () => {
  test.each<[string, Partial<JobView>, string]>([
    [
      'says so, and what to call',
      fourth,
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING normally — 45 s elapsed, step 4 of 5: Reading the history. No change. Call job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) again.',
    ],
    [
      'is cut to 300 characters, but for what to call',
      failing,
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING — 45 s elapsed. Note: its next decision was tried 9 times: the workflow code fails, or no worker answers; the log of the workers tells which. It goes on once that is… No change. Call job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) again.',
    ],
    [
      'of a job that is put off says no less',
      putOff,
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is put off: it begins at 2026-11-26T18:00:00.000Z. There is nothing to wait for until then. To call it off: job_cancel({"job_id":"job_7k3m9q2x4v8ht5wz"})',
    ],
  ])('%s', (_what, change, text) => {
    expect(textOf(handleOf(viewWith(change), undefined, true))).toBe(text);
  });
});

describe('in one line, beside what it has found, a job', () => {
  test.each<[string, Partial<JobView>, string]>([
    [
      'runs',
      fourth,
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is RUNNING normally — 45 s elapsed, step 4 of 5: Reading the history.',
    ],
    [
      'asks a person',
      asking(branch, publish),
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) waits for an answer from a person. Call job_wait({"job_ids":["job_7k3m9q2x4v8ht5wz"]}) to see the question.',
    ],
    [
      'is put off',
      putOff,
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) is put off: it begins at 2026-11-26T18:00:00.000Z.',
    ],
    [
      'is put off no more, since it was told to stop',
      { ...putOff, cancelling: true },
      'Job job_7k3m9q2x4v8ht5wz (analyze_repository) has been told to stop: it ends by itself, or is ended soon — 0 s elapsed.',
    ],
  ])('%s', (_what, change, line) => {
    expect(statusLine(viewWith(change))).toBe(line);
  });
});

/** Says how many files there are, or all that it is given if that is a text. Can be gone on with. */
const presentation: Presentation = {
  content: (output) => [{ type: 'text', text: typeof output === 'string' ? output : '128 files, 720.1 KiB.' }],
  structured: (output) => ({ report: output }),
  continues: true,
};
const once: Presentation = { ...presentation, continues: false };
const found = { files: 128 };

const failed = (
  failure: Extract<Outcome, { kind: 'failed' }>['failure'],
  sentence: string,
  detail: FailureDetail,
): Outcome => ({ kind: 'failed', failure, sentence, detail });
const partial = (progress?: Extract<Outcome, { kind: 'partial' }>['progress']): Outcome => ({
  kind: 'partial',
  reason: 'budget',
  value: found,
  progress,
});

describe('a job that has ended', () => {
  test.each<[string, [Outcome, Presentation, unknown?], ...string[]]>([
    ['is done: it speaks in its own words', [{ kind: 'done', value: found }, presentation], '128 files, 720.1 KiB.'],
    [
      'is done, at length: its words are cut in the middle',
      [{ kind: 'done', value: `${'a'.repeat(30_000)}${'z'.repeat(30_000)}` }, presentation],
      'a'.repeat(24_000),
      '[32000 characters left out. All of it: job_result({"job_id":"job_7k3m9q2x4v8ht5wz","offset":0})]',
      'z'.repeat(4_000),
      '[resource_link]',
    ],
    [
      'was stopped by its budget, and can be gone on with',
      [partial({ done: 1, total: 5, message: 'Taking inventory' }), presentation],
      'PARTIAL result of job job_7k3m9q2x4v8ht5wz: its working time ended in step 2 of 5: Taking inventory, before it was done. To go on from there, with nothing done twice: job_continue({"job_id":"job_7k3m9q2x4v8ht5wz"})',
      '{',
      '  "files": 128',
      '}',
    ],
    [
      'was stopped by its budget, and cannot be gone on with',
      [partial(), once],
      'PARTIAL result of job job_7k3m9q2x4v8ht5wz: its working time ended, before it was done. To get the rest, ask for less in one call.',
      '{',
      '  "files": 128',
      '}',
    ],
    [
      'failed, for a cause that may pass',
      [failed('unavailable', 'github.com answered 503.', { sideEffect: 'none', attempt: 5, of: 5 }), once],
      'Job job_7k3m9q2x4v8ht5wz failed (unavailable): github.com answered 503. The same call may succeed later.',
    ],
    [
      'failed, for a cause that says when it will have passed',
      [failed('unavailable', 'github.com answered 429.', { sideEffect: 'none', retryAfterMs: 59_500 }), once],
      'Job job_7k3m9q2x4v8ht5wz failed (unavailable): github.com answered 429. The same call may succeed in 60 s.',
    ],
    [
      'failed for good',
      [failed('refused', 'There is no such repository.', { sideEffect: 'none', attempt: 1, of: 5 }), once],
      'Job job_7k3m9q2x4v8ht5wz failed (refused): There is no such repository. Do not repeat the call unchanged.',
    ],
    [
      'failed for a cause that may pass, after it may have done something that must not happen twice',
      [failed('unavailable', 'The bank did not answer.', { sideEffect: 'unknown', attempt: 1, of: 1 }), once],
      'Job job_7k3m9q2x4v8ht5wz failed (unavailable): The bank did not answer. Do not repeat the call unchanged.',
    ],
    [
      'failed with something in hand, and can be gone on with',
      [failed('over_budget', 'The budget ended.', { sideEffect: 'none' }), presentation, found],
      'Job job_7k3m9q2x4v8ht5wz failed (over_budget): The budget ended. The same call may succeed later. To go on from there, with nothing done twice: job_continue({"job_id":"job_7k3m9q2x4v8ht5wz"}) What it had found by then (PARTIAL):',
      '{',
      '  "files": 128',
      '}',
    ],
    [
      'failed with something in hand, and cannot be gone on with',
      [failed('refused', 'The repository is gone.', { sideEffect: 'none' }), once, found],
      'Job job_7k3m9q2x4v8ht5wz failed (refused): The repository is gone. Do not repeat the call unchanged. What it had found by then (PARTIAL):',
      '{',
      '  "files": 128',
      '}',
    ],
    [
      'was cancelled with nothing in hand',
      [{ kind: 'cancelled' }, presentation],
      'Job job_7k3m9q2x4v8ht5wz was cancelled.',
    ],
    [
      'was cancelled with something in hand',
      [{ kind: 'cancelled' }, presentation, found],
      'Job job_7k3m9q2x4v8ht5wz was cancelled. To go on from there, with nothing done twice: job_continue({"job_id":"job_7k3m9q2x4v8ht5wz"}) What it had found by then (PARTIAL):',
      '{',
      '  "files": 128',
      '}',
    ],
  ])('%s', (_what, [outcome, shown, left], ...lines) => {
    expect(linesOf(resultOf(ref, outcome, shown, undefined, left))).toEqual(lines);
  });

  test.each<[string, [Outcome, Presentation, unknown?], boolean, object]>([
    ['is done: its output', [{ kind: 'done', value: found }, presentation], false, { report: found }],
    [
      'was stopped by its budget: what it had, and where it stopped',
      [partial({ done: 1, total: 5, message: 'Taking inventory' }), presentation],
      false,
      {
        job_id: 'job_7k3m9q2x4v8ht5wz',
        status: 'partial',
        complete: false,
        reason: 'budget',
        hint: 'To go on from there, with nothing done twice: job_continue({"job_id":"job_7k3m9q2x4v8ht5wz"})',
        stopped_at: { done: 1, total: 5, message: 'Taking inventory' },
        partial: found,
        next: { tool: 'job_continue', args: { job_id: 'job_7k3m9q2x4v8ht5wz' } },
      },
    ],
    [
      'failed: whether and when to call again',
      [
        failed('unavailable', 'github.com answered 429.', {
          sideEffect: 'none',
          attempt: 5,
          of: 5,
          retryAfterMs: 59_500,
        }),
        once,
      ],
      true,
      {
        job_id: 'job_7k3m9q2x4v8ht5wz',
        status: 'failed',
        error: {
          kind: 'unavailable',
          message: 'github.com answered 429.',
          retryable: true,
          retry_after_s: 60,
          side_effect: 'none',
          idempotency_key: 'same',
          attempt: 5,
          of: 5,
        },
      },
    ],
    [
      'was cancelled: what it had',
      [{ kind: 'cancelled' }, once, found],
      true,
      { job_id: 'job_7k3m9q2x4v8ht5wz', status: 'cancelled', complete: false, partial: found },
    ],
  ])('as data, %s', (_what, [outcome, shown, left], isError, data) => {
    const answer = resultOf(ref, outcome, shown, undefined, left);
    expect([answer.isError === true, dataOf(answer)]).toEqual([isError, data]);
  });
});

describe('a call that was not accepted', () => {
  test.each<[string, CallToolResult, string]>([
    [
      'has arguments that do not fit',
      misfitting('analyze_repository', 'url: Invalid input: expected string, received number'),
      'The arguments of analyze_repository do not fit its schema: url: Invalid input: expected string, received number. Correct them and call again.',
    ],
    [
      'would be one more than its caller may have running',
      overQuota({ kind: 'full', limit: 100, of: 'caller', what: 'jobs running' }),
      'You have 100 jobs running, which is the limit. Nothing was started. Wait for one to end (job_wait with mode "any"), or call again in 10 s.',
    ],
    [
      'would be one more than its tenant may have running',
      overQuota({ kind: 'full', limit: 1000, of: 'tenant', what: 'jobs running' }),
      'Your tenant has 1000 jobs running, which is the limit. Nothing was started. Wait for one to end (job_wait with mode "any"), or call again in 10 s.',
    ],
    [
      'would be one more than its caller may have put off',
      overQuota({ kind: 'full', limit: 100, of: 'caller', what: 'jobs put off' }),
      'You have 100 jobs put off, which is the limit. Nothing was started. job_list shows them; end one with job_cancel.',
    ],
    [
      'would be repeated beside as many schedules as there may be',
      overQuota({ kind: 'full', limit: 50, of: 'caller', what: 'schedules' }),
      'You have 50 schedules, which is the limit. Nothing was started. job_list shows them; end one with job_cancel.',
    ],
  ])('%s', (_what, answer, text) => {
    expect([answer.isError, textOf(answer)]).toEqual([true, text]);
  });
});

describe('as a task', () => {
  const nobody = new Set<never>();
  const forms = new Set(['elicitation'] as const);

  test('a call has no message at its beginning', () => {
    expect(createdTask(viewWith(fourth))).not.toHaveProperty('statusMessage');
  });

  test.each<[string, Partial<JobView>, string, string | undefined]>([
    ['a job has just begun', {}, 'working', undefined],
    ['a job is in its fourth step', fourth, 'working', 'step 4 of 5: Reading the history'],
    [
      'a job will take as long as those before it',
      { ...fourth, ...estimated },
      'working',
      'step 4 of 5: Reading the history; about 6 min left',
    ],
    [
      'a step is tried again',
      { ...fourth, ...retrying },
      'working',
      'step 4 of 5: Reading the history; step fetchRepository is in attempt 2 of 5, which starts in 8 s, the last one failed: github.com answered 503',
    ],
    ['an operator has paused it', paused, 'working', 'an operator has paused it'],
    ['a job is put off', putOff, 'working', 'begins at 2026-11-26T18:00:00.000Z'],
    ['a job asks a person', asking(branch), 'input_required', 'waits for an answer from a person'],
    [
      'a job was told to stop',
      { ...fourth, cancelling: true },
      'working',
      'has been told to stop: it ends by itself, or is ended soon',
    ],
    ['a job was cancelled', { status: 'cancelled', closedAt: new Date() }, 'cancelled', undefined],
    ['a job is done', { status: 'done', closedAt: new Date() }, 'completed', undefined],
  ])('%s', (_what, change, status, statusMessage) => {
    const [extension, core] = [detailedTask, coreTask].map((taskOf) => taskOf(viewWith(change), undefined, forms));
    for (const task of [extension, core]) expect(task).toMatchObject({ status });
    for (const task of [extension, core]) expect(task?.statusMessage).toBe(statusMessage);
  });

  test('a job asks a person, and this client can ask nobody', () => {
    for (const taskOf of [detailedTask, coreTask])
      expect(taskOf(viewWith(asking(branch)), undefined, nobody)).toMatchObject({
        status: 'working',
        statusMessage: 'waits for an answer from a person',
      });
  });

  const ended: Partial<JobView> = { status: 'failed', closedAt: new Date('2026-11-26T12:00:00Z') };
  const refused = resultOf(
    ref,
    failed('refused', 'There is no such repository.', { sideEffect: 'none' }),
    once,
    undefined,
  );
  const broken = resultOf(ref, failed('broken', 'The workflow failed.', { sideEffect: 'unknown' }), once, undefined);

  test('a job failed: in the extension that is a task completed, with the failure as its result', () => {
    expect(detailedTask(viewWith(ended), refused, forms)).toMatchObject({
      status: 'completed',
      result: { isError: true },
    });
  });

  test('a job failed: among the core tasks that is a failed one', () => {
    expect(coreTask(viewWith(ended), refused, forms)).toMatchObject({
      status: 'failed',
      statusMessage:
        'Job job_7k3m9q2x4v8ht5wz failed (refused): There is no such repository. Do not repeat the call unchanged.',
    });
  });

  test('a job was ended by a bug: that is a failed task in both', () => {
    expect(detailedTask(viewWith(ended), broken, forms)).toMatchObject({
      status: 'failed',
      statusMessage: 'The workflow failed.',
      error: { code: -32603, message: 'The workflow failed.' },
    });
    expect(coreTask(viewWith(ended), broken, forms)).toMatchObject({
      status: 'failed',
      statusMessage: 'Job job_7k3m9q2x4v8ht5wz failed (broken): The workflow failed. Do not repeat the call unchanged.',
    });
  });
});
