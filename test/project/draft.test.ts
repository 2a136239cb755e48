/** Values to begin with. */
import { draftOf } from '../../project/draft';

test('it has what is required, each of its type, also in objects, and nothing else', () => {
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string' },
      count: { type: 'integer' },
      sure: { type: 'boolean' },
      size: { enum: ['small', 'large'] },
      kind: { const: 'v1' },
      tags: { type: 'array', items: { type: 'string' } },
      body: { type: 'object', properties: { inner: { type: 'number' }, more: {} }, required: ['inner'] },
      note: { type: 'string' },
    },
    required: ['name', 'count', 'sure', 'size', 'kind', 'tags', 'body'],
  };
  expect(draftOf(schema)).toEqual({
    name: '…',
    count: 1,
    sure: true,
    size: 'small',
    kind: 'v1',
    tags: [],
    body: { inner: 1 },
  });
});

test('what is not understood is left to the person', () => {
  expect([draftOf(undefined), draftOf(true), draftOf({ type: ['string', 'null'] })]).toEqual(['…', '…', '…']);
});

test('a schema that lies in itself ends', () => {
  const schema: Record<string, unknown> = { type: 'object', required: ['again'] };
  schema['properties'] = { again: schema };
  expect(JSON.stringify(draftOf(schema))).toBe('{"again":{"again":{"again":{"again":{}}}}}');
});
