/** What a person reads about a job: nothing that tells a model what to do. */
import type { CallToolResult } from '@modelcontextprotocol/client';
import { wordsOf, wordsOfAnswer, wordsOfCancel, wordsOfList } from '../../cli/words';

const answer = (structuredContent: Record<string, unknown>, more: Partial<CallToolResult> = {}): CallToolResult => ({
  content: [{ type: 'text', text: 'Ask the user; do not decide for them.' }],
  structuredContent,
  ...more,
});
const job = { job_id: 'job_x', tool: 'walk', elapsed_s: 45 };

test.each<[string, Record<string, unknown>, string]>([
  ['runs', { ...job, status: 'running' }, 'job_x (walk) runs for 45 s.'],
  [
    'is somewhere',
    {
      ...job,
      status: 'running',
      progress: { done: 1, total: 3, message: 'Looking' },
      eta_s: 20,
      trouble: 'it is late',
    },
    'job_x (walk) runs for 45 s, step 2 of 3: Looking, about 20 s left. Note: it is late.',
  ],
  ['is put off', { ...job, status: 'running', begins_at: 'noon' }, 'job_x (walk) begins at noon.'],
  [
    'was told to stop',
    { ...job, status: 'running', cancelling: true },
    'job_x (walk) has been told to stop: it ends by itself, or is ended soon.',
  ],
])('a job that %s', (_what, state, words) => {
  expect(wordsOf(answer(state))).toBe(words);
});

test('a question is shown with the fields of its form', () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string', title: 'Your name' }, size: { type: 'string', enum: ['small', 'large'] } },
    required: ['name'],
  };
  const questions = [{ key: 'q1', message: 'Who?', schema, expiresAt: 'noon' }];
  expect(wordsOf(answer({ ...job, status: 'input_required', questions })).split('\n')).toEqual([
    'job_x (walk) waits for an answer.',
    'Question q1 (open until noon): Who?',
    '  name: string (Your name)',
    '  size: one of small, large, optional',
  ]);
});

test('an error, and a result, are told in their own words', () => {
  const text = 'Ask the user; do not decide for them.';
  expect(wordsOf(answer({ ...job, status: 'running' }, { isError: true }))).toBe(text);
  expect(wordsOf(answer({ hits: 3 }))).toBe(text);
});

test.each([
  ['cancelled', false, 'job_x is cancelled.'],
  ['done', false, 'job_x had already ended (done). Nothing was cancelled.'],
  ['running', true, 'job_x has been told to stop: it ends by itself, or is ended soon.'],
])('a cancellation of a job that is then %s', (status, cancelling, words) => {
  expect(wordsOfCancel(answer({ ...job, status, cancelling }))).toBe(words);
});

test('an answer that was taken', () => {
  expect(wordsOfAnswer(answer({ ...job, status: 'running' }))).toBe(
    'The answer was handed to job_x; of several answers the first counts.',
  );
});

test('a list has a line for each job with its arguments, and one for each open question', () => {
  const jobs = [
    { job_id: 'job_x', tool: 'wipe', status: 'input_required', started_at: 'noon', args: '{"text":"all"}' },
    { job_id: 'job_y', tool: 'walk', status: 'done', started_at: 'noon' },
  ];
  const questions = [{ key: 'q1', message: 'wipe wants\nto run. Allow it?' }];
  expect(wordsOfList(answer({ jobs: [{ ...jobs[0], questions }, jobs[1]] })).split('\n')).toEqual([
    'job_x  waits for you    noon  wipe {"text":"all"}',
    '    q1: wipe wants to run. Allow it?',
    'job_y  done             noon  walk',
  ]);
  expect(wordsOfList(answer({ jobs: [] }))).toBe('No jobs.');
});
