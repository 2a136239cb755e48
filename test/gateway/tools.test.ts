import { z } from 'zod';
import { authoredTools } from '../../gateway/tools';
import { defineTool } from '../../workflows/define-tool';

const plain = { description: 'Does something.', input: z.object({}), workflow: 'walk' };

test.each([
  ['a name that leaves no room for its handle tools', { name: 'x'.repeat(58), handles: 'own' }, /57 characters/],
  ['a queue that no worker can poll', { name: 'walk', policy: { queue: 'Browsers' } }, /worker\.queues/],
  ['a name of the handle tools', { name: 'job_walk' }, /belong to the handle tools/],
] as const)('%s is refused at start', (_what, definition, sentence) => {
  expect(() => authoredTools([defineTool({ ...plain, ...definition })])).toThrow(sentence);
});

/** The tool `send`, as a call of it is checked and as it is listed. */
function send(input: z.ZodType) {
  const tool = authoredTools([defineTool({ ...plain, name: 'send', input })]).get('send');
  if (!tool) throw new Error('There is no tool.');
  return { check: tool.check, additional: tool.listed.inputSchema['additionalProperties'] };
}

const shape = { to: z.string(), timeout_s: z.number().optional() };
const args = { to: 'Ada', cc: 'Bob' };

test.each<[string, z.ZodType, unknown]>([
  ['says nothing of other arguments', z.object(shape), false],
  ['closes its schema', z.strictObject(shape), false],
])('a tool whose author %s takes none, and is listed so', (_what, input, additional) => {
  const tool = send(input);
  expect(tool.additional).toBe(additional);
  expect(tool.check(args)).toEqual({ ok: false, problems: 'cc: there is no such argument' });
});

test.each<[string, z.ZodType, unknown, unknown]>([
  ['opens its schema', z.looseObject(shape), {}, args],
  ['says what others may be', z.object(shape).catchall(z.string()), { type: 'string' }, args],
  [
    'wants what is left out',
    z
      .object(shape)
      .refine(() => true)
      .loose(),
    {},
    args,
  ],
])('a tool whose author %s gets other arguments, and is listed so', (_what, input, additional, taken) => {
  const tool = send(input);
  expect(tool.additional).toEqual(additional);
  expect(tool.check(args)).toEqual({ ok: true, input: taken });
});

const inner = z.object({ street: z.string() });
const inside = { street: 'Main', city: 'Ada' };

test.each<[string, z.ZodType, unknown]>([
  ['an object', inner, inside],
  ['an optional object', inner.optional(), inside],
  ['an object that may be null, and has a default', inner.nullable().default(null), inside],
  ['a list', z.array(inner), [inside]],
  ['a record', z.record(z.string(), inner), { home: inside }],
  ['a tuple', z.tuple([inner], inner), [inside]],
  ['an object that is made into something else', inner.transform(({ street }) => street), inside],
  ['a schema that is made when it is needed', z.lazy(() => inner), inside],
  [
    'forms that one member tells apart',
    z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), inner.extend({ kind: z.literal('b') })]),
    { kind: 'b', ...inside },
  ],
])('a name that is not in %s inside the arguments is told', (_what, to, given) => {
  const { check } = send(z.object({ to }));
  expect(check({ to: given })).toEqual({
    ok: false,
    problems: expect.stringMatching(/^to\.(0\.|home\.)?city: there is no such argument$/) as string,
  });
});

test('an object inside itself is closed in each depth, and is listed so', () => {
  const branch = z.object({
    name: z.string().describe('What it is called'),
    get branches() {
      return z.array(branch).optional();
    },
  });
  const tree = z.object({ root: branch.describe('The first') });
  const deep = { name: 'a', branches: [{ name: 'b', branches: [{ name: 'c', leaf: true }] }] };
  expect(send(tree).check({ root: deep })).toEqual({
    ok: false,
    problems: 'root.branches.0.branches.0.leaf: there is no such argument',
  });
  const [tool] = authoredTools([defineTool({ ...plain, name: 'send', input: tree })]).values();
  const listed = JSON.stringify(tool?.listed.inputSchema);
  expect([listed.match(/"additionalProperties":false/g)?.length, listed]).toEqual([
    listed.match(/"type":"object"/g)?.length,
    expect.stringContaining('"description":"The first"'),
  ]);
});

test.each<[string, z.ZodType, unknown, unknown]>([
  ['its author opens', inner.loose(), inside, inside],
  ['may fit any of several schemas', z.union([inner, z.object({ city: z.string() })]), inside, { street: 'Main' }],
  ['has to fit two', z.intersection(inner, z.object({ city: z.string() })), inside, inside],
  ['has a value for all that does not fit', inner.catch({ street: '' }), inside, { street: 'Main' }],
])('an object that %s stays as it is', (_what, to, given, taken) => {
  expect(send(z.object({ to })).check({ to: given })).toEqual({ ok: true, input: { to: taken } });
});

const added = { toolCallId: 'call_1', sessionId: 's', _meta: {}, _placeholder: true, tool_call_description: '…' };

test('what clients add to the arguments of every call is left out, of a tool that takes no others', () => {
  expect(send(z.object(shape)).check({ to: 'Ada', ...added })).toEqual({ ok: true, input: { to: 'Ada' } });
  expect(send(z.object({})).check(added)).toEqual({ ok: true, input: {} });
  expect(send(z.looseObject(shape)).check({ to: 'Ada', ...added })).toEqual({
    ok: true,
    input: { to: 'Ada', ...added },
  });
});

test('an argument that clients add, too, is the tool’s own where its schema has that name', () => {
  const { check } = send(z.object({ sessionId: z.string(), _raw: z.boolean() }));
  expect(check({ sessionId: 's', _raw: true })).toEqual({ ok: true, input: { sessionId: 's', _raw: true } });
  // Nearly that name: the model has misspelt it, and has to be told.
  expect(send(z.object({ session_id: z.string().optional() })).check({ sessionId: 's' })).toEqual({
    ok: false,
    problems: 'sessionId: there is no such argument (did you mean session_id?)',
  });
});

test.each([
  ['tmeout_s', 'timeout_s'],
  ['timeoutS', 'timeout_s'],
  ['timeout', 'timeout_s'],
  ['To', 'to'],
])('%s is told to be no argument, and %s to be near', (name, near) => {
  expect(send(z.object(shape)).check({ to: 'Ada', [name]: 1 })).toEqual({
    ok: false,
    problems: `${name}: there is no such argument (did you mean ${near}?)`,
  });
});

test.each(['subject', 'x', 'constructor', 'x'.repeat(70)])('nothing is said to be near %s', (name) => {
  const { check } = send(z.object(shape));
  expect(check(JSON.parse(`{"to":"Ada","${name}":1}`))).toEqual({
    ok: false,
    problems: `${name.slice(0, 64)}: there is no such argument`,
  });
});

test('of many arguments that do not exist five are told', () => {
  const many = Object.fromEntries(Array.from({ length: 9_000 }, (_, n) => [`n${n}`, n]));
  const checked = send(z.object({ to: z.strictObject({}) })).check({ to: { a: 1, b: 2 }, ...many });
  expect(checked).toEqual({
    ok: false,
    problems: `to.a: there is no such argument; to.b: there is no such argument; ${[0, 1, 2]
      .map((n) => `n${n}: there is no such argument`)
      .join('; ')}; and 8997 more`,
  });
});

test('silence is noticed later in steps that may take longer, where beats would add up, unless the tool says otherwise', () => {
  const heartbeatOf = (policy: object) => {
    const tool = defineTool({ name: 'walk', description: 'Walks.', input: z.object({}), workflow: 'walk', policy });
    return authoredTools([tool]).get('walk')?.policy.heartbeatMs;
  };
  expect(heartbeatOf({})).toBe(6_000);
  expect(heartbeatOf({ stepTimeout: '29 minutes' })).toBe(6_000);
  expect(heartbeatOf({ stepTimeout: '1 hour' })).toBe(75_000);
  expect(heartbeatOf({ stepTimeout: '1 hour', heartbeat: '6 s' })).toBe(6_000);
});
