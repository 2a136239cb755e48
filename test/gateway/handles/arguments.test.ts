/** What models and frameworks make of the arguments of handle tools, and what is understood of it. */
import { z } from 'zod';
import { createArguments } from '../../../gateway/handles/arguments';
import { jobId } from '../../../gateway/handles/companion';

const id = 'job_0123456789abcdef';
const { read } = createArguments(
  z.object({
    job_ids: z.array(jobId).max(2),
    timeout_s: z.number().max(240).optional(),
    running: z.boolean().default(false),
    mode: z.enum(['all', 'any']).default('all'),
    content: z.record(z.string(), z.unknown()).default({}),
    note: z.string().optional(),
  }),
);
const understood = { job_ids: [id], running: false, mode: 'all', content: {} };

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['one id for a list of them', { job_ids: id }, {}],
  ['the JSON text of a list', { job_ids: `["${id}"]` }, {}],
  ['a number as text', { job_ids: [id], timeout_s: '1' }, { timeout_s: 1 }],
  ['a boolean as text', { job_ids: [id], running: 'true' }, { running: true }],
  ['an object as text', { job_ids: [id], content: '{"name":"Ada"}' }, { content: { name: 'Ada' } }],
  [
    'null for what is absent',
    { job_ids: [id], timeout_s: null, running: null, mode: null, content: null, note: null },
    {},
  ],
  ['text that is wanted as text, whatever it looks like', { job_ids: [id], note: '[1]' }, { note: '[1]' }],
  ['what is needed, whatever else there is', { job_ids: [id], toolCallId: 'call_1', constructor: '1', timeout: 5 }, {}],
  ['null inside a value, which is the value’s own', { job_ids: [id], content: { a: null } }, { content: { a: null } }],
])('%s is understood', (_what, args, differs) => {
  expect(read(args)).toEqual({ ok: true, input: { ...understood, ...differs } });
});

test.each<[string, unknown, string]>([
  ['neither an id nor a list', { job_ids: 'the last one' }, 'job_ids: Invalid input: expected array, received string'],
  ['a list that is too long', { job_ids: JSON.stringify([id, id, id]) }, 'job_ids: Invalid input: expected array'],
  ['null for what must be there', { job_ids: null }, 'job_ids: Invalid input: expected array, received undefined'],
  ['text that is no number', { job_ids: [id], timeout_s: 'soon' }, 'timeout_s: Invalid input: expected number'],
  [
    'a misspelt name, where what is needed does not fit',
    { job_id: id, toolCallId: 'call_1', constructor: 1 },
    'job_ids: Invalid input: expected array, received undefined; job_id: there is no such argument (did you mean job_ids?); constructor: there is no such argument',
  ],
  [
    'a text whose number would be another one',
    { job_ids: [id], content: '{"n":9007199254740993}' },
    'content: Invalid input: expected record, received string',
  ],
  [
    'a text with a name that would get lost',
    { job_ids: [id], content: '{"__proto__":1}' },
    'content: Invalid input: expected record, received string',
  ],
  ['a text that is nested without end', { job_ids: '['.repeat(1e6) }, 'job_ids: Invalid input: expected array'],
  ['a list of arguments', [id], 'arguments: Invalid input: expected object, received array'],
])('%s is told in words', (_what, args, problem) => {
  expect(read(args)).toEqual({ ok: false, problems: expect.stringContaining(problem) as string });
});
