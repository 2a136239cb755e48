/** The commands that a person is shown for a job in this state. */
import { nextCommandsOf } from '../../cli/next-commands';

const asking = (schema: object, more: object = {}) =>
  nextCommandsOf({
    job_id: 'job_x',
    status: 'input_required',
    questions: [{ key: 'q1', message: '?', schema, ...more }],
  });

test('what the form requires has a value of its type, and what it does not require has none', () => {
  const properties = {
    why: { type: 'string' },
    often: { type: 'integer' },
    sure: { type: 'boolean' },
    size: { type: 'string', enum: ['small', 'large'] },
    tags: { type: 'array', items: { type: 'string' } },
    note: { type: 'string' },
  };
  expect(asking({ type: 'object', properties, required: ['why', 'often', 'sure', 'size', 'tags'] })[0]).toBe(
    `To answer:  npx holdfast jobs answer job_x q1 '{"why":"…","often":1,"sure":true,"size":"small","tags":[]}'`,
  );
});

test('an apostrophe is written as a shell takes it', () => {
  const choice = { type: 'string', enum: ["don't"] };
  expect(asking({ type: 'object', properties: { choice }, required: ['choice'] })[0]).toContain(
    `'{"choice":"don'\\''t"}'`,
  );
});

test('a question for the client itself is nobody’s to answer by hand', () => {
  expect(asking({ type: 'object', properties: {} }, { request: { method: 'roots/list', params: {} } })).toEqual([]);
});

test.each([
  ['a job that has ended', { job_id: 'job_x', status: 'done' }],
  ['a job that was told to stop', { job_id: 'job_x', status: 'running', cancelling: true }],
  ['no job', undefined],
  ['a list', { jobs: [] }],
])('%s asks nothing of a person', (_what, state) => {
  expect(nextCommandsOf(state)).toEqual([]);
});
