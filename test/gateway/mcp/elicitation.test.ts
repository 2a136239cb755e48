/** Questions to the users of 2025 clients, on the stream of the call; the answer goes to another replica. */
import { createHmac } from 'node:crypto';
import { dataOf } from '../../fixtures/stack';
import { legacySession, post, stream } from '../../fixtures/raw';
import type { StreamMessage } from '../../fixtures/raw';
import { replicas } from '../../fixtures/replicas';

const sha256 = (text: string): string => createHmac('sha256', '').update(text).digest('hex');
const { url, urls } = replicas();

const versions = ['2025-06-18', '2025-11-25'];
const call = { method: 'tools/call', params: { name: 'greet', arguments: {} } };

/** The first message that is as wanted. The stream stays open. */
async function first(
  messages: AsyncGenerator<StreamMessage>,
  wanted: (message: StreamMessage) => boolean,
): Promise<StreamMessage> {
  for (let next = await messages.next(); next.done !== true; next = await messages.next())
    if (wanted(next.value)) return next.value;
  throw new Error('The stream ended before.');
}
const asked = (messages: AsyncGenerator<StreamMessage>): Promise<StreamMessage> =>
  first(messages, ({ method }) => method === 'elicitation/create');
const ended = async (messages: AsyncGenerator<StreamMessage>): Promise<Record<string, unknown> | undefined> =>
  (await first(messages, ({ result }) => result !== undefined)).result;

test.each(versions)('on %s a call asks in the middle and goes on with the answer', async (version) => {
  const session = await legacySession(url(), { elicitation: {} }, version);
  const { messages } = await stream(url(), { id: 1, ...call }, session.headers);
  const question = await asked(messages);
  expect(question.params).toMatchObject({ message: 'What is your name?', requestedSchema: { type: 'object' } });
  const answer = { id: question.id, result: { action: 'accept', content: { name: 'Ada' } } };
  expect((await session.send(url(), answer)).status).toBe(202);
  expect(await ended(messages)).toMatchObject({ structuredContent: { greeting: 'Hello, Ada!' } });
});

test('a client that cannot show the question dismisses it', async () => {
  const session = await legacySession(url(), { elicitation: {} });
  const { messages } = await stream(url(), { id: 1, ...call }, session.headers);
  const { id } = await asked(messages);
  await session.send(url(), { id, error: { code: -32603, message: 'no' } });
  expect(await ended(messages)).toMatchObject({ structuredContent: { greeting: 'Nobody there (cancel).' } });
});

test('answers in a batch reach their jobs, alone or beside a request', async () => {
  const session = await legacySession(url(), { elicitation: {}, sampling: {} }, '2025-06-18');
  const headers = { 'mcp-session-id': '', 'mcp-protocol-version': '2025-03-26' };
  const accept = { action: 'accept', content: { name: 'Ada' } };
  for (const beside of [[], [{ jsonrpc: '2.0', id: 5, method: 'ping' }]]) {
    const { messages } = await stream(url(), { id: 1, ...call }, session.headers);
    const { id } = await asked(messages);
    const { status, text } = await post(url(), [{ jsonrpc: '2.0', id, result: accept }, ...beside], headers);
    expect([status, text.includes('"id":5')]).toEqual(beside.length === 0 ? [202, false] : [200, true]);
    expect(await ended(messages)).toMatchObject({ structuredContent: { greeting: 'Hello, Ada!' } });
  }
});

test('the first of two answers counts', async () => {
  const session = await legacySession(url(), { elicitation: {} });
  const { messages } = await stream(url(), { id: 1, ...call }, session.headers);
  const { id } = await asked(messages);
  for (const name of ['Ada', 'Bob']) await session.send(url(), { id, result: { action: 'accept', content: { name } } });
  expect(await ended(messages)).toMatchObject({ structuredContent: { greeting: 'Hello, Ada!' } });
});

describe('a question', () => {
  const result = async (session: Awaited<ReturnType<typeof legacySession>>, taskId: string, id: number) =>
    stream(urls()[0] ?? '', { id, method: 'tasks/result', params: { taskId } }, session.headers);

  test('is on one stream at a time, and comes back on the next with an id of its own', async () => {
    const session = await legacySession(url(), { elicitation: {} });
    const { message } = await session.request(url(), 'tools/call', { ...call.params, task: {} });
    const { taskId } = message.result?.['task'] as { taskId: string };
    const one = await result(session, taskId, 11);
    const { id } = await asked(one.messages);
    const two = await result(session, taskId, 12);
    const again = asked(two.messages);
    // That nothing comes shows in nothing but time: this is several times what a question takes.
    const moment = new Promise((resolve) => setTimeout(resolve, 1_500, 'silent'));
    expect(await Promise.race([again, moment])).toBe('silent');
    one.hangUp();
    const { id: other } = await again;
    expect(other).not.toEqual(id);
    await session.send(url(), { id: other, result: { action: 'accept', content: { name: 'Ada' } } });
    expect(await ended(two.messages)).toMatchObject({ structuredContent: { greeting: 'Hello, Ada!' } });
  });

  test('comes back with a later call, whichever replica takes it; the answer to its first id is good, too', async () => {
    const session = await legacySession(url(), { elicitation: {} });
    const headers = { ...session.headers, 'holdfast-patience': '1' };
    const { messages } = await stream(url(), { id: 1, ...call }, headers);
    const { id } = await asked(messages);
    const { job_id } = dataOf(await ended(messages));
    const wait = { method: 'tools/call', params: { name: 'job_wait', arguments: { job_ids: [job_id] } } };
    const later = await stream(url(), { id: 2, ...wait }, session.headers);
    expect((await asked(later.messages)).id).not.toEqual(id);
    await session.send(url(), { id, result: { action: 'accept', content: { name: 'Ada' } } });
    expect(await ended(later.messages)).toMatchObject({ structuredContent: { greeting: 'Hello, Ada!' } });
  });
});

test.each<[string, Record<string, string>, object, number]>([
  ['an unknown revision', { 'mcp-protocol-version': '1999-01-01' }, {}, 400],
  ['2026-07-28, which knows no such answers', { 'mcp-protocol-version': '2026-07-28' }, {}, 400],
  ['another content type', { 'content-type': 'text/plain' }, {}, 415],
  ['another JSON-RPC', {}, { jsonrpc: '1.0' }, 400],
])('an answer in %s is refused, and so is a cancellation', async (_what, headers, more, status) => {
  const session = await legacySession(url(), { elicitation: {} });
  const { messages } = await stream(url(), { id: 1, ...call }, session.headers);
  const { id } = await asked(messages);
  const answer = { jsonrpc: '2.0', id, result: { action: 'accept', content: { name: 'Ada' } } };
  const cancellation = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
  expect((await post(url(), { ...answer, ...more }, { ...session.headers, ...headers })).status).toBe(status);
  const { status: taken } = await post(url(), { ...cancellation, ...more }, { ...session.headers, ...headers });
  // On 2026-07-28 it is a notification like any other, and without effect.
  expect(taken).toBe(headers['mcp-protocol-version'] === '2026-07-28' ? 202 : status);
  await session.send(url(), { ...answer, result: { action: 'decline' } });
  expect(await ended(messages)).toMatchObject({ structuredContent: { greeting: 'Nobody there (decline).' } });
});

test.each([null, { name: 'Ada' }])('a no with the content %j is a no', async (content) => {
  const session = await legacySession(url(), { elicitation: {} });
  const { messages } = await stream(url(), { id: 1, ...call }, session.headers);
  const { id } = await asked(messages);
  expect((await session.send(url(), { id, result: { action: 'decline', content } })).status).toBe(202);
  expect(await ended(messages)).toMatchObject({ structuredContent: { greeting: 'Nobody there (decline).' } });
});

test('an answer of the client’s model that is none is refused, and its question stays open', async () => {
  const session = await legacySession(url(), { sampling: {} });
  const params = { name: 'muse', arguments: { method: 'sampling/createMessage' } };
  const { messages } = await stream(url(), { id: 1, method: 'tools/call', params }, session.headers);
  const { id } = await first(messages, ({ method }) => method === 'sampling/createMessage');
  const { status, message } = await session.send(url(), { id, result: { role: 'assistant' } });
  expect([status, message.error?.message]).toEqual([400, expect.stringContaining('model: ')]);
  const result = { role: 'assistant', model: 'm', content: { type: 'text', text: 'a word' } };
  expect((await session.send(url(), { id, result })).status).toBe(202);
  expect(await ended(messages)).toMatchObject({ structuredContent: { content: result } });
});

test('a forged answer changes nothing', async () => {
  const session = await legacySession(url(), { elicitation: {} });
  const { messages } = await stream(url(), { id: 1, ...call }, session.headers);
  const id = String((await asked(messages)).id);
  const [note = ''] = id.slice(3).split('.');
  for (const forged of [`in.${note}.${sha256(note)}`, `${id}x`, 'in.', 'in.e30.e30'])
    expect((await session.send(url(), { id: forged, result: { action: 'accept', content: {} } })).status).toBe(202);
  await session.send(url(), { id, result: { action: 'decline' } });
  expect(await ended(messages)).toMatchObject({ structuredContent: { greeting: 'Nobody there (decline).' } });
});

test('a client that did not declare elicitation gets the question in words', async () => {
  const session = await legacySession(url());
  const { message } = await session.request(url(), 'tools/call', { name: 'greet', arguments: {} });
  expect(message.result).toMatchObject({
    structuredContent: { status: 'input_required', next: { tool: 'job_respond' } },
  });
});

test('a client of a revision without elicitation gets the question in words, whatever it declared', async () => {
  const session = await legacySession(url(), { elicitation: {} }, '2025-03-26');
  const { message, text } = await session.request(url(), 'tools/call', call.params);
  expect(text).not.toContain('elicitation/create');
  expect(message.result).toMatchObject({ structuredContent: { status: 'input_required' } });
});

test('a session id that is not ours says nothing and is no error', async () => {
  const session = await legacySession(url(), { elicitation: {} });
  const headers = { ...session.headers, 'mcp-session-id': `${session.session}x` };
  const { messages } = await stream(url(), { id: 1, ...call }, headers);
  expect(await ended(messages)).toMatchObject({ structuredContent: { status: 'input_required' } });
});
