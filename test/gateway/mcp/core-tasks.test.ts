/** The core tasks of 2025-11-25, on two replicas that take turns. */
import { eventually } from '../../fixtures/eventually';
import { legacySession, stream } from '../../fixtures/raw';
import type { RawAnswer, StreamMessage } from '../../fixtures/raw';
import { replicas, walking } from '../../fixtures/replicas';
import { freshKey, startTestGateway } from '../../fixtures/stack';

const { url } = replicas();
type Session = Awaited<ReturnType<typeof legacySession>>;

async function begin(session: Session, name: string, args: object): Promise<string> {
  const { message } = await session.request(url(), 'tools/call', { name, arguments: args, task: { ttl: 60_000 } });
  return String((message.result?.['task'] as Record<string, unknown>)['taskId']);
}

const get = async (session: Session, taskId: string): Promise<Record<string, unknown>> =>
  (await session.request(url(), 'tasks/get', { taskId })).message.result ?? {};

test.each([
  ['2025-11-25', true],
  ['2025-06-18', false],
  ['2025-03-26', false],
])('on %s tasks are announced: %s', async (version, announced) => {
  const session = await legacySession(url(), {}, version);
  expect('tasks' in (session.initialized['capabilities'] as object)).toBe(announced);
  const { message } = await session.request(url(), 'tools/list');
  const [tool] = message.result?.['tools'] as { execution?: unknown }[];
  expect(tool?.execution).toEqual(announced ? { taskSupport: 'optional' } : undefined);
});

test('a call with `task` is answered with a task at once; its result waits for the end', async () => {
  const session = await legacySession(url());
  const [ledger, args] = walking('gated');
  const { message } = await session.request(url(), 'tools/call', { name: 'walk', arguments: args, task: {} });
  expect(message.result).toEqual({
    task: {
      taskId: expect.stringMatching(/^job_/) as unknown,
      status: 'working',
      createdAt: expect.any(String) as unknown,
      lastUpdatedAt: expect.any(String) as unknown,
      ttl: expect.any(Number) as unknown,
      pollInterval: 1_000,
    },
  });
  const { taskId } = message.result?.['task'] as { taskId: string };
  const result = session.request(url(), 'tasks/result', { taskId });
  expect(await get(session, taskId)).toMatchObject({ taskId, status: 'working' });
  ledger.open('gated');
  expect((await result).message.result).toMatchObject({
    structuredContent: { walked: ['gated'] },
    _meta: { 'io.modelcontextprotocol/related-task': { taskId } },
  });
  expect(await get(session, taskId)).toMatchObject({ status: 'completed' });
});

test('a tool error is a failed task, and its result says why', async () => {
  const session = await legacySession(url());
  const [, args] = walking('one');
  const taskId = await begin(session, 'walk', { ...args, fail: 'one' });
  expect((await session.request(url(), 'tasks/result', { taskId })).message.result).toMatchObject({ isError: true });
  expect(await get(session, taskId)).toMatchObject({ status: 'failed' });
});

test('a call as a task that joins a job is answered with the task as it is', async () => {
  const session = await legacySession(url());
  const [, args] = walking('one');
  for (const [fail, status] of [
    ['none', 'completed'],
    ['one', 'failed'],
  ]) {
    const key = { _meta: { 'io.holdfast/idempotency-key': freshKey() } };
    const call = { name: 'walk', arguments: { ...args, fail }, task: {}, ...key };
    const first = (await session.request(url(), 'tools/call', call)).message.result?.['task'];
    const { taskId } = first as { taskId: string };
    await session.request(url(), 'tasks/result', { taskId });
    const again = (await session.request(url(), 'tools/call', call)).message.result?.['task'];
    expect([first, again]).toMatchObject([{ status: 'working' }, { taskId, status }]);
  }
});

test.each<[string, object, number]>([
  ['wrong arguments', { name: 'walk', arguments: { steps: 7 } }, -32602],
  ['an unknown tool', { name: 'nope', arguments: {} }, -32602],
])('a call as a task with %s is a protocol error', async (_what, call, code) => {
  const session = await legacySession(url());
  const { message } = await session.request(url(), 'tools/call', { ...call, task: {} });
  expect([message.error?.code, message.result]).toEqual([code, undefined]);
});

test('a call as a task with the key of another call is a protocol error', async () => {
  const session = await legacySession(url());
  const _meta = { 'io.holdfast/idempotency-key': freshKey() };
  const ask = (text: string): Promise<RawAnswer> =>
    session.request(url(), 'tools/call', { name: 'echo', arguments: { text }, task: {}, _meta });
  await ask('one');
  const { error } = (await ask('two')).message;
  expect(error).toMatchObject({ code: -32602, data: { kind: 'conflict' } });
});

test('a task whose questions its client cannot take just works', async () => {
  const [asking, silent] = [await legacySession(url(), { elicitation: {} }), await legacySession(url())];
  const taskId = await begin(asking, 'greet', {});
  await eventually('a question', async () => (await get(asking, taskId))['status'] === 'input_required');
  expect(await get(silent, taskId)).toMatchObject({ status: 'working' });
  await asking.request(url(), 'tasks/cancel', { taskId });
});

test('a cancelled task is cancelled in the very answer, stays so, and cannot be cancelled again', async () => {
  const session = await legacySession(url());
  const [ledger, args] = walking('gated');
  const taskId = await begin(session, 'walk', args);
  await ledger.written('begin gated');
  const before = Date.now();
  const { message } = await session.request(url(), 'tasks/cancel', { taskId });
  expect(message.result).toMatchObject({ taskId, status: 'cancelled' });
  expect(Date.parse(String(message.result?.['lastUpdatedAt']))).toBeGreaterThanOrEqual(before);
  const later = await get(session, taskId);
  expect(later).toMatchObject({ status: 'cancelled' });
  expect(Date.parse(String(later['lastUpdatedAt']))).toBeGreaterThanOrEqual(
    Date.parse(String(message.result?.['lastUpdatedAt'])),
  );
  expect((await session.request(url(), 'tasks/cancel', { taskId })).message.error?.code).toBe(-32602);
  expect((await session.request(url(), 'tasks/result', { taskId })).message.result).toMatchObject({ isError: true });
});

test('a gateway that stops ends tasks/result without a response: any would be the outcome of the task', async () => {
  const session = await legacySession(url());
  const [ledger, args] = walking('gated');
  const taskId = await begin(session, 'walk', args);
  const leaving = await startTestGateway();
  const { status, messages } = await stream(
    leaving.url,
    { id: 9, method: 'tasks/result', params: { taskId } },
    session.headers,
  );
  await ledger.written('begin gated');
  await leaving.stop();
  expect([status, (await messages.next()).done]).toEqual([200, true]);
  ledger.open('gated');
  expect((await session.request(url(), 'tasks/result', { taskId })).message.result).toMatchObject({
    structuredContent: { walked: ['gated'] },
  });
});

test('a tasks/result that its client takes back at once is not answered, and the task goes on', async () => {
  const session = await legacySession(url());
  const [ledger, args] = walking('gated');
  const taskId = await begin(session, 'walk', args);
  const at = url();
  const waiting = session.send(at, { id: 'w', method: 'tasks/result', params: { taskId } });
  const { status, message } = await eventually('an end of the wait', async () => {
    await session.send(at, { method: 'notifications/cancelled', params: { requestId: 'w' } });
    return Promise.race([waiting, Promise.resolve(undefined)]);
  });
  expect([status, message]).toEqual([200, {}]);
  ledger.open('gated');
  expect((await session.request(url(), 'tasks/result', { taskId })).message.result).toMatchObject({
    structuredContent: { walked: ['gated'] },
  });
});

test.each(['tasks/get', 'tasks/result', 'tasks/cancel'])('%s of a task that never was is -32602', async (method) => {
  const session = await legacySession(url());
  const { message } = await session.request(url(), method, { taskId: 'job_0000000000000000' });
  expect(message.error?.code).toBe(-32602);
});

test.each(['tasks/get', 'tasks/result', 'tasks/cancel'])('%s does not exist on 2025-06-18', async (method) => {
  const session = await legacySession(url(), {}, '2025-06-18');
  const { message } = await session.request(url(), method, { taskId: 'job_0000000000000000' });
  expect(message.error?.code).toBe(-32601);
});

test('a question goes out on the stream of tasks/result, and its answer to any replica ends the task', async () => {
  const session = await legacySession(url(), { elicitation: {} });
  const taskId = await begin(session, 'greet', {});
  const { messages } = await stream(url(), { id: 9, method: 'tasks/result', params: { taskId } }, session.headers);
  const { value: question } = (await messages.next()) as { value: StreamMessage };
  expect(question).toMatchObject({ method: 'elicitation/create', params: { message: 'What is your name?' } });
  const answer = { id: question.id, result: { action: 'accept', content: { name: 'Ada' } } };
  expect((await session.send(url(), answer)).status).toBe(202);
  const { value: result } = (await messages.next()) as { value: StreamMessage };
  expect(result.result).toMatchObject({ structuredContent: { greeting: 'Hello, Ada!' } });
});

test('a question goes out once on tasks/get, and the task asks all the while', async () => {
  const session = await legacySession(url(), { elicitation: {} });
  const taskId = await begin(session, 'greet', {});
  const id = await eventually(
    'the question',
    async () => /"id":"(in\.[^"]+)"/.exec((await session.request(url(), 'tasks/get', { taskId })).text)?.[1],
  );
  for (let n = 0; n < 3; n += 1)
    // It works for as long as the job takes in that the question was shown, which a busy worker does in its time.
    await eventually('a task that asks', async () => {
      const { text, message } = await session.request(url(), 'tasks/get', { taskId });
      expect(text).not.toContain('elicitation/create');
      return message.result?.['status'] === 'input_required';
    });
  await session.send(url(), { id, result: { action: 'accept', content: { name: 'Ada' } } });
  expect((await session.request(url(), 'tasks/result', { taskId })).message.result).toMatchObject({
    structuredContent: { greeting: 'Hello, Ada!' },
  });
});

test('a handle tool is no task itself', async () => {
  const session = await legacySession(url());
  const { message } = await session.request(url(), 'tools/call', { name: 'job_list', arguments: {}, task: {} });
  expect(message.error?.code).toBe(-32601);
});
