/** Operations as tools: their names, words, schemas and annotations. */
import AjvModule from 'ajv/dist/2020';
import { documentOf, offerOf, operationAt, toolOf } from './world';
import type { Given } from '../../../../workflows/upstream-contract';

const namesOf = async (paths: object): Promise<unknown[]> =>
  (await offerOf(documentOf({ paths }))).tools.map(({ name }) => name);

test('a tool is named by its operationId, or else by its method and path, in the order of the document', async () => {
  const paths = {
    '/b/{id}': { parameters: [{ name: 'id', in: 'path' }], delete: {}, get: { operationId: 'repos/list-for_org' } },
    '/a': { post: { operationId: ' ' }, head: { operationId: 'Grüße!' } },
  };
  expect(await namesOf(paths)).toEqual(['delete_b_id', 'repos_list-for_org', 'post_a', 'Gr_e']);
});

test('names that would be the same are told apart by method and path, whatever stands around them', async () => {
  const twins = { '/a': { get: { operationId: 'it is' } }, '/b': { get: { operationId: 'it.is' } } };
  const names = await namesOf(twins);
  expect(names).toEqual([expect.stringMatching(/^it_is_[0-9a-f]{8}$/), expect.stringMatching(/^it_is_[0-9a-f]{8}$/)]);
  expect(new Set(names).size).toBe(2);
  expect(await namesOf({ '/0': { get: {} }, '/b': twins['/b'], '/a': twins['/a'] })).toEqual([
    'get_0',
    names[1],
    names[0],
  ]);
});

test('a long name is cut, and ends with a hash', async () => {
  const [name] = await namesOf({ '/a': { get: { operationId: 'a'.repeat(100) } } });
  expect(name).toMatch(/^a{55}_[0-9a-f]{8}$/);
});

test.each([
  [
    { summary: 'List', description: 'Lists all.' },
    { title: 'List', description: 'Lists all.' },
  ],
  [{ summary: 'List' }, { title: 'List', description: 'List' }],
  [
    { summary: 'List', deprecated: true },
    { title: 'List', description: 'Deprecated. List' },
  ],
  [{}, { title: undefined, description: undefined }],
])('the words of %j', async (words, told) => {
  const { title, description } = await toolOf(operationAt(words));
  expect({ title, description }).toEqual(told);
});

test.each([
  ['get', { readOnlyHint: true, idempotentHint: true }],
  ['head', { readOnlyHint: true, idempotentHint: true }],
  ['put', { readOnlyHint: false, idempotentHint: true }],
  ['delete', { readOnlyHint: false, idempotentHint: true, destructiveHint: true }],
  ['post', { readOnlyHint: false, idempotentHint: false }],
  ['patch', { readOnlyHint: false, idempotentHint: false }],
])('annotations of %s', async (method, annotations) => {
  expect((await toolOf(operationAt({}, '/things', method))).annotations).toEqual(annotations);
});

test('arguments are the parameters by place, the operation’s in place of its path’s, and then the body', async () => {
  const document = documentOf({
    paths: {
      '/things/{id}': {
        parameters: [
          { name: 'limit', in: 'query', schema: { type: 'string' } },
          { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
        ],
        post: {
          parameters: [
            { name: 'limit', in: 'query', required: true, description: 'How many.', schema: { type: 'integer' } },
            { name: 'Accept', in: 'header', schema: {} },
          ],
          requestBody: {
            required: true,
            description: 'What.',
            content: { 'application/json': { schema: { type: 'object' } } },
          },
        },
      },
    },
  });
  expect((await toolOf(document)).inputSchema).toEqual({
    type: 'object',
    properties: {
      id: { type: 'string' },
      limit: { type: 'integer', description: 'How many.' },
      body: { type: 'object', description: 'What.' },
    },
    required: ['id', 'limit', 'body'],
    additionalProperties: false,
  });
});

test('arguments that would have one name are told apart by their place, and all clients take their names', async () => {
  const parameters = [
    { name: 'id', in: 'query' },
    { name: 'body', in: 'query' },
    { name: 'id', in: 'header' },
    { name: 'filter[name]', in: 'query' },
    { name: '$top', in: 'query' },
  ];
  const { inputSchema } = await toolOf(operationAt({ parameters, requestBody: { content: { 'text/plain': {} } } }));
  expect(Object.keys((inputSchema as { properties: object }).properties)).toEqual([
    'id',
    'query_body',
    'filter_name',
    'top',
    'header_id',
    'body',
  ]);
  expect(inputSchema).toMatchObject({ properties: { filter_name: { description: 'filter[name]' } } });
});

/** How a schema of the document comes out, as a part of the arguments. */
async function converted(schema: unknown, openapi = '3.0.3', components: object = {}): Promise<unknown> {
  const document = operationAt({ requestBody: { content: { 'application/json': { schema } } } }, '/things', 'post', {
    openapi,
    components,
  });
  const { inputSchema, ...rest } = await toolOf(document);
  const { properties } = (inputSchema ?? rest) as { properties?: { body?: unknown } };
  return properties?.body;
}

test.each([
  [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
  [
    { type: 'string', nullable: true, enum: ['a'] },
    { type: ['string', 'null'], enum: ['a', null] },
  ],
  [{ nullable: true, allOf: [{ type: 'object' }] }, { anyOf: [{ allOf: [{ type: 'object' }] }, { type: 'null' }] }],
  [
    { type: 'integer', minimum: 1, exclusiveMinimum: true },
    { type: 'integer', exclusiveMinimum: 1 },
  ],
  [
    { type: 'integer', maximum: 9, exclusiveMaximum: true },
    { type: 'integer', exclusiveMaximum: 9 },
  ],
  [
    { type: 'integer', minimum: 1, exclusiveMinimum: false },
    { type: 'integer', minimum: 1 },
  ],
  [
    { type: 'string', example: 'a' },
    { type: 'string', examples: ['a'] },
  ],
  [
    { type: 'string', format: 'byte' },
    { type: 'string', contentEncoding: 'base64' },
  ],
  [
    { type: 'string', format: 'binary' },
    { type: 'string', contentEncoding: 'base64' },
  ],
  [{ discriminator: { propertyName: 'a' }, xml: {}, 'x-own': 1, oneOf: [{}] }, { oneOf: [{}] }],
  [{ type: 'file' }, {}],
  [{ type: 'string', pattern: '[' }, { type: 'string' }],
  [
    { type: 'array', items: [{ type: 'string' }] },
    { type: 'array', prefixItems: [{ type: 'string' }] },
  ],
  [
    { type: 'object', required: ['id', 'a'], properties: { id: { readOnly: true }, a: {}, b: { writeOnly: true } } },
    { type: 'object', required: ['a'], properties: { a: {}, b: { writeOnly: true } } },
  ],
  [
    { type: 'object', required: true, additionalProperties: { nullable: true, type: 'string' } },
    { type: 'object', additionalProperties: { type: ['string', 'null'] } },
  ],
  [
    { enum: [{ $ref: '#/data', nullable: true }], default: { example: 1 } },
    { enum: [{ $ref: '#/data', nullable: true }], default: { example: 1 } },
  ],
])('3.0: %j becomes %j', async (from, to) => {
  expect(await converted(from)).toEqual(to);
});

test.each([
  [
    { type: ['string', 'null'], const: 'a' },
    { type: ['string', 'null'], const: 'a' },
  ],
  [
    { type: 'integer', exclusiveMinimum: 1 },
    { type: 'integer', exclusiveMinimum: 1 },
  ],
  [
    { type: 'string', contentMediaType: 'image/png' },
    { type: 'string', contentMediaType: 'image/png', contentEncoding: 'base64' },
  ],
  [
    { if: { type: 'string' }, then: { minLength: 1 }, patternProperties: { '^x': true } },
    { if: { type: 'string' }, then: { minLength: 1 }, patternProperties: { '^x': true } },
  ],
])('3.1: %j becomes %j', async (from, to) => {
  expect(await converted(from, '3.1.0')).toEqual(to);
});

const NODE = {
  Node: {
    type: 'object',
    properties: { next: { $ref: '#/components/schemas/Node' }, of: { $ref: '#/components/schemas/Other' } },
  },
  Other: { type: 'object', properties: { back: { nullable: true, allOf: [{ $ref: '#/components/schemas/Node' }] } } },
  Unused: {},
};

test('schemas that lead to themselves are kept as definitions, with all that they use and no more', async () => {
  const document = operationAt(
    {
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Node' } } } },
      responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Node' } } } } },
    },
    '/things',
    'post',
    { components: { schemas: NODE } },
  );
  const { inputSchema, outputSchema } = await toolOf(document);
  const defs = {
    Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' }, of: { $ref: '#/$defs/Other' } } },
    Other: {
      type: 'object',
      properties: { back: { anyOf: [{ allOf: [{ $ref: '#/$defs/Node' }] }, { type: 'null' }] } },
    },
  };
  expect(inputSchema).toMatchObject({ properties: { body: { $ref: '#/$defs/Node' } }, $defs: defs });
  expect((inputSchema as { $defs: object }).$defs).toEqual(defs);
  expect(outputSchema).toEqual({ ...defs.Node, $defs: defs });
  const check = new AjvModule().compile(inputSchema as Given);
  expect(check({ body: { next: { next: {}, of: { back: null } } } })).toBe(true);
  expect(check({ body: { next: { next: 1 } } })).toBe(false);
});

const answering = (responses: object, components: object = {}) =>
  toolOf(operationAt({ responses }, '/things', 'get', { components }));
const jsonOf = (schema: object) => ({ content: { 'application/json': { schema } } });

test.each([
  ['an object', { 200: jsonOf({ type: 'object', properties: { a: {} } }) }, { type: 'object', properties: { a: {} } }],
  [
    'objects of two kinds',
    { 200: jsonOf({ type: 'object', title: 'a' }), 201: jsonOf({ type: 'object', title: 'b' }) },
    {
      type: 'object',
      anyOf: [
        { type: 'object', title: 'a' },
        { type: 'object', title: 'b' },
      ],
    },
  ],
  [
    'parts of an object',
    { 200: jsonOf({ allOf: [{ type: 'object' }, {}] }) },
    { type: 'object', allOf: [{ type: 'object' }, {}] },
  ],
  [
    'without what is only sent',
    { 200: jsonOf({ type: 'object', required: ['a', 'b'], properties: { a: { writeOnly: true }, b: {} } }) },
    { type: 'object', required: ['b'], properties: { b: {} } },
  ],
  [
    'a list, which is wrapped',
    { 200: jsonOf({ type: 'array', items: {} }) },
    { type: 'object', properties: { result: { type: 'array', items: {} } }, required: ['result'] },
  ],
  ['an object or null', { 200: jsonOf({ type: 'object', nullable: true }) }, undefined],
  ['an object or nothing', { 200: jsonOf({ type: 'object' }), 204: {} }, undefined],
  ['what is followed', { 202: jsonOf({ type: 'object' }) }, undefined],
  ['a text', { 200: { content: { 'text/plain': {} } } }, undefined],
  ['an error only', { 400: jsonOf({ type: 'object' }) }, undefined],
])('the output schema for %s', async (_what, responses, schema) => {
  expect((await answering(responses)).outputSchema).toEqual(schema);
});

test('a definition that is too large goes without its output schema, or is left out, and that is said', async () => {
  const long = { type: 'object', description: 'x'.repeat(2_000) };
  const small = { limits: { max_definition: 1_000 } };
  const { tools, left } = await offerOf(operationAt({ responses: { 200: jsonOf(long) } }), small);
  expect([tools[0]?.outputSchema, left]).toEqual([
    undefined,
    ['it is offered without its output schema: it would be larger than 1000 characters.'],
  ]);
  const document = operationAt({ requestBody: jsonOf(long) }, '/things', 'post');
  expect(await offerOf(document, small)).toMatchObject({
    tools: [],
    left: ['it is left out: its definition has more than 1000 characters.'],
  });
});

test('an operation that cannot be offered is left out, and the others are not', async () => {
  const paths = {
    '/a': { get: { operationId: 'a', parameters: [{ $ref: '#/components/parameters/None' }] } },
    '/b/{id}': { get: { operationId: 'b' } },
    '/c': { get: { operationId: 'c', parameters: [{ name: 'a b', in: 'header' }] } },
    '/d': { get: { operationId: 'd' } },
    // Its answers are not described, but it can be called.
    '/e': { get: { operationId: 'e', responses: { 200: jsonOf({ $ref: '#/components/schemas/None' }) } } },
  };
  const { tools, left } = await offerOf(documentOf({ paths }));
  expect(tools.map(({ name }) => name)).toEqual(['d', 'e']);
  expect(left).toEqual([
    'a is left out: it has a reference that leads nowhere.',
    'b is left out: its path has a parameter that it does not describe.',
    'c is left out: it has a parameter whose name cannot be sent.',
  ]);
});

const three = {
  '/a': { get: { operationId: 'a1' } },
  '/b': { get: { operationId: 'a2' } },
  '/c': { get: { operationId: 'b' } },
};

test.each([
  [{ allow: ['a*'] }, ['a1', 'a2'], []],
  [{ deny: ['*1', 'b'] }, ['a2'], []],
  [{ allow: ['!a*'] }, ['b'], []],
  [{ allow: ['*', '!a*', 'a2'] }, ['a2', 'b'], []],
  [{ allow: ['b'], limits: { max_tools: 1 } }, ['b'], []],
  [{ limits: { max_tools: 1 } }, ['a1'], ['2 tools more than the 1 of limits.max_tools are left out.']],
])('with %j these are offered: %j', async (settings, names, left) => {
  const offer = await offerOf(documentOf({ paths: three }), settings);
  expect([offer.tools.map(({ name }) => name), offer.left]).toEqual([names, left]);
});

test('what does not fit into a listing is left out, and that is said', async () => {
  const paths = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [
      `/${index}`,
      { get: { operationId: `t${index}`, description: 'x'.repeat(90_000) } },
    ]),
  );
  const { tools, left } = await offerOf(documentOf({ paths }));
  expect(tools.length).toBe(11);
  expect(left).toEqual([expect.stringMatching(/^9 of its tools do not fit into a listing/)]);
});

test('a tool for whose output schema there is no room is offered without, and that is said', async () => {
  const schema = { type: 'object', description: 'x'.repeat(90_000) };
  const responses = { '200': { description: '', content: { 'application/json': { schema } } } };
  const paths = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`/${index}`, { get: { operationId: `t${index}`, responses } }]),
  );
  const { tools, left } = await offerOf(documentOf({ paths }));
  expect(tools.map((tool) => 'outputSchema' in tool)).toEqual(Array.from({ length: 20 }, (_, index) => index < 11));
  expect(left).toEqual([expect.stringMatching(/^9 of its tools are offered without their output schemas/)]);
});

test('a tool may be called __proto__, and so may an argument', async () => {
  const document = `{"openapi":"3.0.3","info":{},"paths":{"/a":{"get":{"operationId":"__proto__","parameters":[{"in":"query","name":"__proto__","schema":{"type":"object","properties":{"__proto__":{"type":"string"}}}}]}}}}`;
  const tool = await toolOf(JSON.parse(document) as Given);
  expect(JSON.stringify(tool)).toContain('"proto":{"type":"object","properties":{"__proto__":{"type":"string"}}');
});
