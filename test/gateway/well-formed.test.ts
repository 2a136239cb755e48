/** Half of an emoji makes strict clients throw a whole answer away. None leaves, whoever wrote it, in whatever it is carried. */
import { declaring, legacy, legacySession, modern, modernHeaders, modernMeta, stream } from '../fixtures/raw';
import type { RawAnswer } from '../fixtures/raw';
import { replicas, walking } from '../fixtures/replicas';
import { dataOf, textOf } from '../fixtures/stack';

const { url } = replicas({ taskGraceMs: 0 });
const HALF = '\ud83d';
const ESCAPED = /\\ud[89a-f]/i;

const call = (name: string, args: object): Promise<RawAnswer> => modern(url(), 'tools/call', { name, arguments: args });

test('a result holds none, in words and as data', async () => {
  const { text, message } = await call('echo', { text: `a${HALF}b` });
  expect(text).not.toMatch(ESCAPED);
  expect([textOf(message.result), dataOf(message.result)]).toEqual(['a\uFFFDb', { text: 'a\uFFFDb' }]);
});

test('a whole emoji passes unchanged, and so does what only looks like an escape', async () => {
  const { message } = await call('echo', { text: '😀 \\ud83d' });
  expect(dataOf(message.result)).toEqual({ text: '😀 \\ud83d' });
});

test.each<[string, () => Promise<RawAnswer>]>([
  ['the error for a name', () => legacy(url(), 'tools/call', { name: `no${HALF}` })],
  ['the error for an argument', () => call('echo', { text: 'a', [HALF]: 1 })],
  ['the answer about a task', () => legacy(url(), 'tasks/get', { taskId: HALF }, '2025-11-25')],
  ['the address of a resource', () => legacy(url(), 'resources/read', { uri: `holdfast://${HALF}` })],
])('%s holds none', async (_what, ask) => {
  const { text } = await ask();
  expect(text).toContain('\uFFFD');
  expect(text).not.toMatch(ESCAPED);
});

test('a step that fails with one ends its job, and not its worker', async () => {
  const { message } = await call('halve', {});
  expect(dataOf(message.result)).toMatchObject({ status: 'failed', error: { kind: 'refused', message: 'No \uFFFD.' } });
});

test('progress and a result on a stream hold none', async () => {
  const [ledger, args] = walking(`gated-${HALF}`);
  const { request } = await legacySession(url());
  const answer = request(url(), 'tools/call', {
    name: 'walk',
    arguments: args,
    _meta: { progressToken: 1 },
  });
  await ledger.written('begin gated-\uFFFD');
  ledger.open(`gated-${HALF}`);
  const { text } = await answer;
  expect(text).toContain('\uFFFD');
  expect(text).not.toMatch(ESCAPED);
});

test('notifications about a task hold none', async () => {
  const [ledger, args] = walking(`gated-${HALF}`);
  const created = await modern(url(), 'tools/call', declaring({ tasks: true }, { name: 'walk', arguments: args }));
  const taskId = String(created.message.result?.['taskId']);
  const _meta = modernMeta({ extensions: { 'io.modelcontextprotocol/tasks': {} } });
  const method = 'subscriptions/listen';
  const { messages } = await stream(
    url(),
    { id: 1, method, params: { notifications: { taskIds: [taskId] }, _meta } },
    modernHeaders(method),
  );
  await ledger.written('begin gated-\uFFFD');
  ledger.open(`gated-${HALF}`);
  const heard: string[] = [];
  for await (const message of messages) heard.push(JSON.stringify(message));
  expect(heard.join('')).toContain('\uFFFD');
  expect(heard.join('')).not.toMatch(ESCAPED);
});
