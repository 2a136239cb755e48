import { eventually } from '../../fixtures/eventually';
import { digestOf } from '../../../activities/upstreams/digest';
import type { StepProgress } from '../../../workflows/contract';
import type { Given, InputRequest } from '../../../workflows/upstream-contract';
import { closeAll, contextOf, failureOf, requestOf, scripted, textOf } from './world';

afterEach(closeAll);

const callsIn = (received: readonly Given[]): Given[] => received.filter(({ method }) => method === 'tools/call');

/** What the scripted server says of its tool `echo` at first. */
const ECHO = digestOf({
  name: 'echo',
  description: 'first',
  inputSchema: { type: 'object', definitions: { z: {}, a: {} }, properties: {} },
});

test('the server gets a key for the call, and a progress token of ours; its progress is reported, and none after the end', async () => {
  const { upstream, received } = scripted();
  const seen: StepProgress[] = [];
  await upstream.call(requestOf('progress'), contextOf({ report: (progress) => void seen.push(progress) }));
  await upstream.call(requestOf('echo'), contextOf());
  expect(seen).toEqual([{ done: 1, total: 2, message: 'half' }]);
  const [call] = callsIn(received());
  expect(call).toMatchObject({
    params: { name: 'progress', _meta: { 'io.holdfast/idempotency-key': 'key-1', progressToken: call?.['id'] } },
  });
});

test('a cancelled call is cancelled there, under its id', async () => {
  const { upstream, received } = scripted();
  const cancel = new AbortController();
  const running = upstream.call(requestOf('hang'), contextOf({ signal: cancel.signal }));
  await eventually('the call', () => callsIn(received()).length === 1);
  cancel.abort(new Error('CANCELLED'));
  await expect(running).rejects.toThrow('CANCELLED');
  const [call] = callsIn(received());
  await eventually('the notice', () =>
    received().some(
      ({ method, params }) =>
        method === 'notifications/cancelled' && (params as { requestId: unknown }).requestId === call?.['id'],
    ),
  );
});

test('what says nothing for its time limit is given up, and told so', async () => {
  const { upstream, received } = scripted({ limits: { idle: '200 ms' } });
  expect(await failureOf(upstream.call(requestOf('hang'), contextOf()))).toEqual({
    type: 'outcome_unknown',
    message: 'Upstream up said nothing for 0.2 s. Whether it took effect is unknown, and it is not repeated.',
    sideEffect: 'unknown',
  });
  await eventually('the notice', () => received().some(({ method }) => method === 'notifications/cancelled'));
});

test('a process that answers nothing any more is replaced by another, and one that is slow is not', async () => {
  const { upstream, received, starts } = scripted({ limits: { idle: '200 ms' } });
  await upstream.call(requestOf('echo'), contextOf());
  await failureOf(upstream.call(requestOf('hang'), contextOf()));
  await upstream.call(requestOf('echo'), contextOf());
  expect(starts()).toBe(1);
  process.kill(Number(received().find((said) => 'started' in said)?.['started']), 'SIGSTOP');
  await failureOf(upstream.call(requestOf('echo'), contextOf()));
  expect(textOf(await upstream.call(requestOf('echo', { arguments: { a: 1 } }), contextOf()))).toBe('{"a":1}');
  expect(starts()).toBe(2);
});

test('while it waits for an answer of ours its time does not run, and the answer reaches it', async () => {
  const { upstream } = scripted({ limits: { idle: '200 ms' } });
  const asked: InputRequest[] = [];
  const ask = (request: InputRequest): Promise<{ result: Given }> => {
    asked.push(request);
    return new Promise((resolve) => setTimeout(() => resolve({ result: { action: 'accept', content: {} } }), 500));
  };
  expect(textOf(await upstream.call(requestOf('ask'), contextOf({ ask })))).toBe('{"action":"accept","content":{}}');
  expect(asked).toEqual([
    {
      key: expect.stringMatching(/^1\.[0-9a-f]{16}$/) as string,
      method: 'elicitation/create',
      params: { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } },
    },
  ]);
});

test.each([
  [
    'sample',
    'sampling/createMessage',
    { messages: [], maxTokens: 5 },
    { role: 'assistant', model: 'm', content: { type: 'text', text: 'so' } },
  ],
  ['roots', 'roots/list', {}, { roots: [{ uri: 'file:///srv' }] }],
])(
  'what it asks of the client itself is asked, too, and the answer reaches it as it is: %s',
  async (tool, method, params, result) => {
    const { upstream } = scripted();
    const ask = jest.fn<Promise<{ result: Given }>, [InputRequest]>(() => Promise.resolve({ result }));
    expect(textOf(await upstream.call(requestOf(tool), contextOf({ ask })))).toBe(JSON.stringify(result));
    expect(ask.mock.calls).toEqual([[{ key: expect.stringMatching(/^1\./) as string, method, params }]]);
  },
);

test.each(['ask', 'sample', 'roots'])('a question that nobody answers is refused aloud: %s', async (tool) => {
  const { upstream } = scripted();
  expect(textOf(await upstream.call(requestOf(tool), contextOf()))).toBe('{"code":-1,"message":"nobody"}');
});

test('where several calls are under way in a session, a question of nobody knows which is refused', async () => {
  const { upstream, received } = scripted();
  const cancel = new AbortController();
  const other = upstream.call(requestOf('hang'), contextOf({ signal: cancel.signal })).catch(() => undefined);
  await eventually('the other call', () => callsIn(received()).length === 1);
  const ask = jest.fn();
  expect(textOf(await upstream.call(requestOf('ask'), contextOf({ ask })))).toContain('which one asks is not known');
  expect(ask).not.toHaveBeenCalled();
  cancel.abort();
  await other;
});

test.each([
  ['wrong-id', 'right'],
  ['twice', 'first'],
  ['flood', 'after the flood'],
])('answers to what was never asked, answers given twice and floods do no harm: %s', async (tool, said) => {
  const { upstream } = scripted();
  expect(textOf(await upstream.call(requestOf(tool), contextOf()))).toBe(said);
  expect(textOf(await upstream.call(requestOf('echo'), contextOf()))).toBe('{}');
});

test('an error of the protocol is a result that is an error, in the words of the server', async () => {
  const { upstream } = scripted();
  expect(await upstream.call(requestOf('refuse'), contextOf())).toEqual({
    kind: 'result',
    result: { content: [{ type: 'text', text: 'The city is unknown.\n{"city":"X"}' }], isError: true },
    notes: ['It answered with an error of the protocol (-32602) in place of a result.'],
  });
});

test('a result that no step may have is told as too large', async () => {
  const { upstream } = scripted();
  expect(await failureOf(upstream.call(requestOf('big'), contextOf()))).toMatchObject({
    type: 'too_large',
    message: expect.stringContaining('1500000 is the limit. Ask it for less.') as string,
  });
});

test('a definition that changed is told, and refuses a call that was approved', async () => {
  const { upstream, received } = scripted();
  expect(await upstream.call(requestOf('echo', { digest: ECHO, exact: true }), contextOf())).not.toHaveProperty(
    'notes',
  );
  await upstream.call(requestOf('change'), contextOf());
  expect(await failureOf(upstream.call(requestOf('echo', { digest: ECHO, exact: true }), contextOf()))).toEqual({
    type: 'refused',
    message: 'The definition of echo has changed since the call was accepted: look at tools/list, and call again.',
    sideEffect: 'none',
  });
  expect(callsIn(received())).toHaveLength(2);
  expect(await upstream.call(requestOf('echo', { digest: ECHO }), contextOf())).toMatchObject({
    notes: ['The definition of echo has changed since the call was accepted.'],
  });
});

test('a call that was approved is refused for a change that nobody told', async () => {
  const { upstream } = scripted();
  await upstream.call(requestOf('change-silently'), contextOf());
  expect(await failureOf(upstream.call(requestOf('echo', { digest: ECHO, exact: true }), contextOf()))).toMatchObject({
    type: 'refused',
    sideEffect: 'none',
  });
});

test('a tool that it no longer offers is refused, and not called', async () => {
  const { upstream, received } = scripted();
  expect(await failureOf(upstream.call(requestOf('gone'), contextOf()))).toMatchObject({
    type: 'refused',
    message: 'Upstream up no longer offers gone: look at tools/list, and call another.',
  });
  expect(callsIn(received())).toEqual([]);
});

test('a change is told, however often the server says so', async () => {
  const { upstream } = scripted();
  const changed = jest.fn();
  upstream.onChange(changed);
  await upstream.call(requestOf('change'), contextOf());
  expect(changed).toHaveBeenCalledTimes(1);
});

describe('a task of 2025-11-25', () => {
  const task = { id: 't1', dialect: '2025-11-25', pollMs: 250 } as const;

  test('is told, and followed to its result', async () => {
    const { upstream } = scripted();
    expect(await upstream.call(requestOf('task'), contextOf())).toEqual({ kind: 'task', task });
    const said: unknown[] = [];
    const context = contextOf({ report: ({ message }) => void said.push(message) });
    expect(textOf(await upstream.follow({ upstream: 'up', tool: 'task', caller: 'c', task }, context))).toBe(
      'result of t1',
    );
    expect(said).toEqual(['look 1', 'look 2', 'look 3']);
  });

  test.each([
    ['is cancelled with its job', 'CANCELLED', false, true],
    ['is cancelled with a job that has ended already', 'NOT_FOUND', true, true],
    ['goes on where another attempt follows it', 'NOT_FOUND', false, false],
    ['goes on when a worker stops', 'WORKER_SHUTDOWN', false, false],
  ])('%s', async (_what, reason, over, cancelled) => {
    const { upstream, received } = scripted();
    const cancel = new AbortController();
    const report = (): void => cancel.abort(new Error(reason));
    const running = upstream.follow(
      { upstream: 'up', tool: 'task', caller: 'c', task },
      contextOf({ signal: cancel.signal, report, isOver: () => Promise.resolve(over) }),
    );
    await expect(running).rejects.toThrow(reason);
    expect(received().some(({ method }) => method === 'tasks/cancel')).toBe(cancelled);
  });
});
