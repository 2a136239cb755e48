/** Arguments checked against JSON Schemas that others wrote, with words for the model. */
import { createJsonSchemaCheck } from '../../gateway/json-schema';

const schema = {
  type: 'object',
  properties: {
    order_id: { type: 'integer', minimum: 1 },
    speed: { enum: ['fast', 'slow'] },
    to: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
  required: ['order_id'],
  additionalProperties: false,
};
const problems = (args: unknown, of: Record<string, unknown> = schema): string => {
  const checked = createJsonSchemaCheck(of).check(args);
  return checked.ok ? 'none' : checked.problems;
};

test.each([
  ['a missing one', {}, 'order_id: is required'],
  ['one of another type', { order_id: 'x' }, 'order_id: must be integer'],
  ['one that is too small', { order_id: 0 }, 'order_id: must be >= 1'],
  ['one that is none of the choices', { order_id: 1, speed: 'x' }, 'speed: must be one of ["fast","slow"]'],
  ['a missing one inside another', { order_id: 1, to: {} }, 'to.city: is required'],
  ['one that is misspelt', { order_id: 1, sped: 'fast' }, 'sped: there is no such argument (did you mean speed?)'],
])('%s is told by its place', (_what, args, words) => {
  expect(problems(args)).toBe(words);
});

test('what clients add is left out where the schema takes no more than it names', () => {
  const check = (of: object) => createJsonSchemaCheck({ ...schema, ...of }).check({ order_id: 1, sessionId: 'x' });
  expect(check({})).toEqual({ ok: true, input: { order_id: 1 } });
  expect(check({ additionalProperties: true })).toEqual({ ok: true, input: { order_id: 1, sessionId: 'x' } });
});

test.each([
  ['2020-12', 'https://json-schema.org/draft/2020-12/schema', { prefixItems: [{ type: 'string' }] }],
  ['2019-09', 'https://json-schema.org/draft/2019-09/schema', { items: { type: 'string' } }],
  ['draft-07', 'http://json-schema.org/draft-07/schema#', { items: [{ type: 'string' }] }],
])('a schema of %s is understood', (_what, $schema, list) => {
  expect(problems({ list: [1] }, { $schema, type: 'object', properties: { list: { type: 'array', ...list } } })).toBe(
    'list.0: must be string',
  );
});

test.each([
  ['no schema', { type: 'objekt' }, /no JSON Schema/],
  ['of a dialect that nobody knows', { $schema: 'http://json-schema.org/draft-03/schema#' }, /draft-03/],
])('what is %s is found before the first call', (_what, wrong, sentence) => {
  expect(() => createJsonSchemaCheck(wrong)).toThrow(sentence);
});

test('two schemas may have one $id', () => {
  const of = (type: string) => createJsonSchemaCheck({ $id: 'https://example.com/a', type });
  expect([of('string').fits('x'), of('number').fits('x')]).toEqual([true, false]);
});
