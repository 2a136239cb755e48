/** The tasks extension of 2026-07-28, on two replicas that take turns. */
import { eventually } from '../../fixtures/eventually';
import { declaring, modern, modernHeaders, modernMeta, stream } from '../../fixtures/raw';
import type { RawAnswer, StreamMessage } from '../../fixtures/raw';
import { replicas, walking } from '../../fixtures/replicas';
import { startTestGateway } from '../../fixtures/stack';

const { url, urls } = replicas({ taskGraceMs: 0 });
const both = { tasks: true, elicitation: true };

const call = (
  name: string,
  args: object,
  what: { tasks?: boolean; elicitation?: boolean } = both,
): Promise<RawAnswer> => modern(url(), 'tools/call', declaring(what, { name, arguments: args }));
const ask = (method: string, taskId: string, more: object = {}, what = both): Promise<RawAnswer> =>
  modern(url(), method, declaring(what, { taskId, ...more }));

async function begin(name: string, args: object): Promise<string> {
  const { message } = await call(name, args);
  return String(message.result?.['taskId']);
}

/** Asks until the task is as wanted. */
const until = (taskId: string, status: string, what = both): Promise<Record<string, unknown>> =>
  eventually(`a task that is ${status}`, async () => {
    const { message } = await ask('tasks/get', taskId, {}, what);
    return message.result?.['status'] === status && message.result;
  });

test('the extension is announced, and nothing of the core tasks', async () => {
  const { message } = await modern(url(), 'server/discover');
  expect(message.result?.['capabilities']).toMatchObject({ extensions: { 'io.modelcontextprotocol/tasks': {} } });
  expect(message.result?.['capabilities']).not.toHaveProperty('tasks');
});

test('a call that takes long becomes a task, flat and working, which every replica can read at once', async () => {
  const [ledger, args] = walking('gated');
  const { message } = await call('walk', args);
  expect(message.result).toEqual({
    resultType: 'task',
    taskId: expect.stringMatching(/^job_[0-9a-z]{16}$/) as unknown,
    status: 'working',
    createdAt: expect.any(String) as unknown,
    lastUpdatedAt: expect.any(String) as unknown,
    ttlMs: expect.any(Number) as unknown,
    pollIntervalMs: 1_000,
    _meta: expect.any(Object) as unknown,
  });
  const taskId = String(message.result?.['taskId']);
  for (const replica of urls()) {
    const { message: got } = await modern(replica, 'tasks/get', declaring(both, { taskId }));
    expect(got.result).toMatchObject({ taskId, createdAt: message.result?.['createdAt'], status: 'working' });
  }
  ledger.open('gated');
  await until(taskId, 'completed');
});

test('a task says which step runs', async () => {
  const [ledger, args] = walking('one', 'gated');
  const taskId = await begin('walk', args);
  await ledger.written('begin gated');
  const { message } = await ask('tasks/get', taskId);
  expect(message.result?.['statusMessage']).toContain('step 2 of 2: Taking gated');
  ledger.open('gated');
  await until(taskId, 'completed');
});

test('a completed task carries the result of its call', async () => {
  const [, args] = walking('one');
  const task = await until(await begin('walk', args), 'completed');
  expect(task['result']).toMatchObject({ resultType: 'complete', structuredContent: { walked: ['one'] } });
});

test('a tool error is a completed task whose result is an error', async () => {
  const [, args] = walking('one');
  const task = await until(await begin('walk', { ...args, fail: 'one' }), 'completed');
  expect(task['result']).toMatchObject({ isError: true, structuredContent: { status: 'failed' } });
});

test('without the extension a call answers in words', async () => {
  const { message } = await call('echo', { text: 'hi' }, {});
  expect(message.result).toMatchObject({ resultType: 'complete', structuredContent: { text: 'hi' } });
});

test.each(['tasks/get', 'tasks/update', 'tasks/cancel'])('%s without the extension is -32021', async (method) => {
  const { status, message } = await ask(method, 'job_0000000000000000', {}, { tasks: false, elicitation: true });
  expect([status, message.error?.code]).toEqual([400, -32021]);
});

test.each(['tasks/get', 'tasks/update', 'tasks/cancel'])('%s of a task that never was is -32602', async (method) => {
  for (const taskId of ['job_0000000000000000', 'nonsense', '__proto__'])
    expect((await ask(method, taskId)).message.error?.code).toBe(-32602);
});

test('a header that names another task is refused', async () => {
  const params = declaring(both, { taskId: 'job_0000000000000000' });
  const { status, message } = await modern(url(), 'tasks/get', params, { 'mcp-name': 'job_1111111111111111' });
  expect([status, message.error?.code]).toEqual([400, -32020]);
});

test('a task that was told to stop works until its job has ended, is cancelled then, and stays so', async () => {
  const [ledger, args] = walking('gated');
  const taskId = await begin('walk', args);
  await ledger.written('begin gated');
  expect((await ask('tasks/cancel', taskId)).message.result).toMatchObject({ resultType: 'complete' });
  await until(taskId, 'cancelled');
  const { message } = await ask('tools/call', '', { name: 'job_result', arguments: { job_id: taskId } });
  expect(message.result).toMatchObject({ structuredContent: { status: 'cancelled' } });
  expect((await ask('tasks/cancel', taskId)).message.result).toMatchObject({ resultType: 'complete' });
  expect((await ask('tasks/get', taskId)).message.result).toMatchObject({ status: 'cancelled' });
});

test('a task that has completed stays completed when it is told to stop', async () => {
  const [, args] = walking('one');
  const taskId = await begin('walk', args);
  await until(taskId, 'completed');
  expect((await ask('tasks/cancel', taskId)).message.error).toBeUndefined();
  expect((await ask('tasks/get', taskId)).message.result).toMatchObject({ status: 'completed' });
});

describe('a task that asks', () => {
  const answer = (content: object): object => ({ action: 'accept', content });

  test('shows its question and goes on with the answer', async () => {
    const taskId = await begin('greet', {});
    const task = await until(taskId, 'input_required');
    expect(task['inputRequests']).toMatchObject({
      q1: { method: 'elicitation/create', params: { mode: 'form', message: 'What is your name?' } },
    });
    const { message } = await ask('tasks/update', taskId, { inputResponses: { q1: answer({ name: 'Ada' }) } });
    expect(message.result).toMatchObject({ resultType: 'complete' });
    expect((await until(taskId, 'completed'))['result']).toMatchObject({
      structuredContent: { greeting: 'Hello, Ada!' },
    });
  });

  test('keeps the question that was not answered', async () => {
    const taskId = await begin('pair', {});
    await until(taskId, 'input_required');
    await ask('tasks/update', taskId, { inputResponses: { q2: answer({ name: 'Bob' }), q9: answer({}) } });
    const open = await eventually('one question fewer', async () => {
      const questions = Object.keys((await until(taskId, 'input_required'))['inputRequests'] as object);
      return questions.length < 2 && questions;
    });
    expect(open).toEqual(['q1']);
    await ask('tasks/update', taskId, { inputResponses: { q1: answer({ name: 'Ada' }) } });
    expect((await until(taskId, 'completed'))['result']).toMatchObject({
      structuredContent: { names: ['Ada', 'Bob'] },
    });
  });

  test('says which answers do not fit, asks for those again, and takes the others', async () => {
    const taskId = await begin('pair', {});
    await until(taskId, 'input_required');
    const inputResponses = { q1: answer({ nom: 'Ada' }), q2: answer({ name: 'Bob' }), q9: answer({}) };
    const { message } = await ask('tasks/update', taskId, { inputResponses });
    expect(message.error).toMatchObject({
      code: -32602,
      message: expect.stringContaining('"q1"') as unknown,
      data: { misfits: { q1: expect.stringContaining('name') as unknown }, taken: ['q2'] },
    });
    const open = (await until(taskId, 'input_required'))['inputRequests'];
    expect(Object.keys(open as object)).toEqual(['q1']);
    const dropped = await ask('tasks/update', taskId, { inputResponses: { q1: 'Ada' } });
    expect(dropped.message.error).toMatchObject({ code: -32602, data: { misfits: { q1: 'it is no answer' } } });
    await ask('tasks/cancel', taskId);
  });

  test.each([null, 'q1', 7, [], undefined])('takes no inputResponses that are %j', async (inputResponses) => {
    const { message } = await ask('tasks/update', 'job_0000000000000000', { inputResponses });
    expect(message.error).toMatchObject({
      code: -32602,
      message: expect.stringContaining('inputResponses') as unknown,
    });
  });

  test.each([
    [
      'sampling/createMessage',
      { content: 'a word' },
      { role: 'assistant', model: 'm', content: { type: 'text', text: 'a' } },
    ],
    ['roots/list', { roots: [{ uri: 7 }] }, { roots: [{ uri: 'file:///a' }] }],
  ])('takes for %s only what is a result of it', async (method, misfit, fit) => {
    const able = { ...both, sampling: true, roots: true };
    const { message } = await modern(url(), 'tools/call', declaring(able, { name: 'muse', arguments: { method } }));
    const taskId = String(message.result?.['taskId']);
    await until(taskId, 'input_required', able);
    const update = (q1: object) => ask('tasks/update', taskId, { inputResponses: { q1 } }, able);
    expect((await update(misfit)).message.error?.code).toBe(-32602);
    expect((await update(fit)).message.result).toMatchObject({ resultType: 'complete' });
    expect((await until(taskId, 'completed'))['result']).toMatchObject({
      structuredContent: { action: 'accept', content: fit },
    });
  });

  test.each([null, { roots: [] }, 'no'])('with the content %j beside a no is told of the no alone', async (content) => {
    const able = { ...both, roots: true };
    const muse = { name: 'muse', arguments: { method: 'roots/list' } };
    const taskId = String((await modern(url(), 'tools/call', declaring(able, muse))).message.result?.['taskId']);
    await until(taskId, 'input_required', able);
    await ask('tasks/update', taskId, { inputResponses: { q1: { action: 'cancel', content } } }, able);
    const { structuredContent } = (await until(taskId, 'completed'))['result'] as { structuredContent: unknown };
    expect(structuredContent).toEqual({ action: 'cancel' });
  });

  test('is just working for a client that can ask nobody', async () => {
    const taskId = await begin('greet', {});
    await until(taskId, 'input_required');
    const { message } = await ask('tasks/get', taskId, {}, { tasks: true, elicitation: false });
    expect(message.result).toMatchObject({ status: 'working' });
    expect(message.result).not.toHaveProperty('inputRequests');
    await ask('tasks/cancel', taskId);
  });
});

describe('a subscription', () => {
  const listen = (
    taskIds: string[],
    to = url(),
    capabilities: object = { extensions: { 'io.modelcontextprotocol/tasks': {} } },
  ) =>
    stream(
      to,
      {
        id: 's1',
        method: 'subscriptions/listen',
        params: { notifications: { taskIds }, _meta: modernMeta(capabilities) },
      },
      modernHeaders('subscriptions/listen'),
    );
  const next = async (messages: AsyncGenerator<StreamMessage>): Promise<StreamMessage> =>
    (await messages.next()).value as StreamMessage;

  test('acknowledges what the caller may see, tells the state, each change and the end', async () => {
    const [ledger, args] = walking('gated1', 'gated2');
    const taskId = await begin('walk', args);
    await ledger.written('begin gated1');
    const { messages } = await listen([taskId, 'job_0000000000000000', 'nonsense']);
    const _meta = { 'io.modelcontextprotocol/subscriptionId': 's1' };
    expect(await next(messages)).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { taskIds: [taskId] }, _meta },
    });
    expect(await next(messages)).toMatchObject({
      method: 'notifications/tasks',
      params: { taskId, status: 'working', _meta },
    });
    ledger.open('gated1');
    let seen = await next(messages);
    while (!String(seen.params?.['statusMessage']).includes('Taking gated2')) seen = await next(messages);
    ledger.open('gated2');
    while (seen.params?.['status'] !== 'completed') seen = await next(messages);
    expect(seen.params).toMatchObject({ result: { structuredContent: { walked: ['gated1', 'gated2'] } }, _meta });
    expect(await next(messages)).toMatchObject({ id: 's1', result: { resultType: 'complete', _meta } });
    expect((await messages.next()).done).toBe(true);
  });

  test('to a task that has ended tells its end at once', async () => {
    const [, args] = walking('one');
    const taskId = await begin('walk', args);
    await until(taskId, 'completed');
    const { messages } = await listen([taskId]);
    await next(messages);
    expect(await next(messages)).toMatchObject({
      params: { taskId, status: 'completed', result: { resultType: 'complete' } },
    });
    expect(await next(messages)).toMatchObject({ id: 's1', result: { resultType: 'complete' } });
  });

  test('ends in good order when its gateway stops, and goes on at another', async () => {
    const [ledger, args] = walking('gated');
    const taskId = await begin('walk', args);
    const leaving = await startTestGateway();
    const first = await listen([taskId], leaving.url);
    await next(first.messages);
    await next(first.messages);
    await leaving.stop();
    let last = await next(first.messages);
    while (!last.result) last = await next(first.messages);
    expect(last).toMatchObject({ id: 's1', result: { resultType: 'complete' } });
    const second = await listen([taskId]);
    ledger.open('gated');
    let seen = await next(second.messages);
    while (seen.params?.['status'] !== 'completed') seen = await next(second.messages);
  });

  test('without the extension is -32021', async () => {
    const { status } = await listen(['job_0000000000000000'], url(), {});
    expect(status).toBe(400);
  });
});
