import { written } from '../../../gateway/mcp/written';

const tools = [{ name: 'walk', description: 'Half: \ud83d', inputSchema: { type: 'object' as const } }];
const envelope = { jsonrpc: '2.0' as const, id: 7 };

test.each([
  ['of a call', { content: [{ type: 'text', text: 'done' }], resultType: 'complete' }],
  ['with a list of tools alone', { tools: [{ name: 'walk' }] }],
  ['with a list and what goes with it', { tools: [{ name: 'walk' }], ttlMs: 1_000, _meta: { server: 'x' } }],
  ['with an empty list', { tools: [], ttlMs: 1_000 }],
])('an answer %s is written as JSON.stringify does', (_what, result) => {
  expect(written({ result, ...envelope })).toBe(JSON.stringify({ result, ...envelope }));
});

test('no half of a character leaves, in a list or beside it', () => {
  const text = written({ result: { tools, note: '\udc00' }, ...envelope });
  expect(JSON.parse(text)).toMatchObject({ result: { tools: [{ description: 'Half: \ufffd' }], note: '\ufffd' } });
});

test('a list is written once, and each answer has its own id', () => {
  let times = 0;
  const counted = [{ name: 'walk', toJSON: () => ({ name: 'walk', times: (times += 1) }) }];
  const answers = [1, 2].map((id) => written({ result: { tools: counted }, jsonrpc: '2.0', id }));
  expect(answers.map((text) => JSON.parse(text) as unknown)).toMatchObject([{ id: 1 }, { id: 2 }]);
  expect(times).toBe(1);
});
