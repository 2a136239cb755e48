/** What a person reads of the arguments of a tool. */
import { argumentLines } from '../../cli/arguments';

const linesOf = (properties: object, required: string[] = []) =>
  argumentLines({ type: 'object', properties, required });

test('each has its name, its type, whether it may be left out, and what it is for', () => {
  const properties = {
    url: { type: 'string', description: 'Where it lies.' },
    depth: { type: 'integer', default: 3 },
  };
  expect(linesOf(properties, ['url'])).toEqual([
    'url    string                     Where it lies.',
    'depth  integer, optional, else 3',
  ]);
});

test.each([
  ['choices are named', { enum: ['low', 'high'] }, '"low" | "high"'],
  ['so is the only one', { const: 'v1' }, '"v1"'],
  ['of several types each is named', { type: ['string', 'null'] }, 'string | null'],
  ['a list says of what', { type: 'array', items: { type: 'number' } }, 'list of number'],
  ['a list that does not say of what may have anything', { type: 'array' }, 'list of any'],
  ['what has no type may be anything', {}, 'any'],
  ['a schema that is none may be anything', true, 'any'],
])('%s', (_what, schema, kind) => {
  expect(linesOf({ it: schema }, ['it'])).toEqual([`it  ${kind}`]);
});

test('what lies in an object, or in a list of them, follows it with its name before', () => {
  const inner = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
  expect(linesOf({ body: inner, tags: { type: 'array', items: inner } }, ['body', 'tags'])).toEqual([
    'body         object',
    'body.name    string',
    'tags         list of object',
    'tags[].name  string',
  ]);
});

test('a schema that lies in itself ends', () => {
  const schema: Record<string, unknown> = { type: 'object' };
  schema['properties'] = { again: schema };
  expect(argumentLines(schema)).toHaveLength(5);
});

test('a tool without arguments has no line', () => {
  expect(linesOf({})).toEqual([]);
});
