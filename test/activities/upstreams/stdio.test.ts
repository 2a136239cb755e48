import { once } from 'node:events';
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Upstream } from '../../../activities/upstreams/upstream';
import { eventually } from '../../fixtures/eventually';
import {
  SCRIPTED_SERVER,
  closeAll,
  contextOf,
  failureOf,
  newRecord,
  recordIn,
  requestOf,
  scripted,
  textOf,
  upstreamOf,
} from './world';
import type { Logged } from './world';

afterEach(closeAll);

/** Waits until it is called again, and answers. */
const answers = (upstream: Upstream): Promise<unknown> =>
  eventually('an answer', async () => {
    const answer = await upstream.call(requestOf('echo'), contextOf()).catch(() => undefined);
    return answer && textOf(answer) === '{}';
  });

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const pidsIn = (entries: readonly object[]): number[] =>
  entries.flatMap(
    (entry) => ('started' in entry ? [entry.started] : 'grandchild' in entry ? [entry.grandchild] : []) as number[],
  );

test('its tools are listed byte for byte, and called', async () => {
  const { upstream } = scripted();
  const { tools, server } = await upstream.list(contextOf().signal);
  expect(JSON.stringify(tools[0])).toBe(
    '{"name":"echo","description":"first","inputSchema":{"type":"object","definitions":{"z":{},"a":{}},"properties":{}}}',
  );
  expect(server).toEqual({ name: 'scripted', version: '1', protocol: '2025-11-25' });
  expect(textOf(await upstream.call(requestOf('echo', { arguments: { a: 1 } }), contextOf()))).toBe('{"a":1}');
});

test('one process serves all calls, and is initialized once', async () => {
  const { upstream, received, starts } = scripted();
  await Promise.all([1, 2, 3].map(() => upstream.call(requestOf('echo'), contextOf())));
  expect(starts()).toBe(1);
  expect(received().filter(({ method }) => method === 'initialize')).toHaveLength(1);
});

test('a process for each call, where that is asked for, and gone with it', async () => {
  const { upstream, received, starts } = scripted({ session: 'call' });
  await upstream.call(requestOf('echo'), contextOf());
  await upstream.call(requestOf('echo'), contextOf());
  expect(starts()).toBe(2);
  await eventually('the end of all', () => !pidsIn(received()).some(isAlive));
});

test('a process for each caller, where that is asked for', async () => {
  const { upstream, starts } = scripted({ session: 'caller' });
  for (const caller of ['a', 'b', 'a']) await upstream.call(requestOf('echo', { caller }), contextOf());
  expect(starts()).toBe(2);
});

test('what a caller reads is read in the process of that caller', async () => {
  const { upstream, starts } = scripted({ session: 'caller' });
  const { signal } = contextOf();
  await upstream.call(requestOf('echo', { caller: 'a' }), contextOf());
  await upstream.read({ upstream: 'up', caller: 'a', method: 'resources/read', params: { uri: 'notes://1' } }, signal);
  expect(starts()).toBe(1);
});

test('noise between the messages is passed over, and what it says to its operator reaches the log', async () => {
  const { upstream, logged } = scripted();
  expect(textOf(await upstream.call(requestOf('noise'), contextOf()))).toBe('heard');
  await upstream.close(0);
  expect(logged).toContainEqual({
    fields: { upstream: 'up', noise: 3, stderr: 'the server speaks to its operator\n' },
    message: expect.stringContaining('upstream up: ') as string,
  });
});

test('the process gets none of our environment but what every program needs', async () => {
  process.env['HOLDFAST_TEST_SECRET'] = 'secret';
  const { upstream, received } = scripted();
  await upstream.call(requestOf('echo'), contextOf());
  delete process.env['HOLDFAST_TEST_SECRET'];
  const [{ env }] = received() as [{ env: object }];
  const known = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'SHELL', 'RECORD', 'PWD', 'OLDPWD', 'SHLVL', '_'];
  expect(Object.keys(env).filter((name) => !known.includes(name))).toEqual([]);
});

test.each([
  ['huge', 'of more than 100000 bytes'],
  ['deep', 'nested deeper than 64 levels'],
])('a message that is %s ends the connection, and the next call has a new one', async (tool, why) => {
  const { upstream, starts } = scripted({ limits: { max_bytes: 100_000 } });
  await upstream.list(contextOf().signal);
  expect(await failureOf(upstream.call(requestOf(tool), contextOf()))).toMatchObject({
    type: 'too_large',
    message: expect.stringContaining(why) as string,
    sideEffect: 'unknown',
  });
  await answers(upstream);
  expect(starts()).toBe(2);
});

test('a process that dies in the midst of a call leaves its outcome unknown, and is started again', async () => {
  const { upstream, received, starts } = scripted();
  expect(await failureOf(upstream.call(requestOf('die'), contextOf()))).toMatchObject({
    type: 'outcome_unknown',
    message: expect.stringContaining('The process of upstream up ended with code 3.') as string,
    sideEffect: 'unknown',
  });
  await answers(upstream);
  expect(starts()).toBe(2);
  expect(received().filter(({ method }) => method === 'tools/call')).toHaveLength(2);
});

test('of a call that may be repeated, a lost answer is a reason to', async () => {
  const { upstream } = scripted();
  expect(await failureOf(upstream.call(requestOf('die', { repeatable: true }), contextOf()))).toMatchObject({
    type: 'unavailable',
    sideEffect: 'unknown',
  });
});

test('a process that keeps dying is started at longer and longer intervals, and the reason is said', async () => {
  const { upstream, starts } = scripted();
  await failureOf(upstream.call(requestOf('die'), contextOf()));
  expect(await failureOf(upstream.call(requestOf('echo'), contextOf()))).toMatchObject({
    type: 'unavailable',
    message: expect.stringMatching(/ended soon after it was connected\. It is tried again in 1 s\./) as string,
    sideEffect: 'none',
  });
  expect(starts()).toBe(1);
});

test('a server of 2026-07-28 is spoken to in its revision, and told what is cancelled', async () => {
  const logged: Logged[] = [];
  const upstream = upstreamOf({ command: process.execPath, args: [join(__dirname, 'servers', 'modern.cjs')] }, logged);
  expect((await upstream.list(contextOf().signal)).server).toMatchObject({ name: 'modern', protocol: '2026-07-28' });
  expect(textOf(await upstream.call(requestOf('work'), contextOf()))).toBe('done');
  const cancel = new AbortController();
  const report = (): void => cancel.abort(new Error('CANCELLED'));
  await expect(upstream.call(requestOf('hang'), contextOf({ signal: cancel.signal, report }))).rejects.toThrow(
    'CANCELLED',
  );
  expect(textOf(await upstream.call(requestOf('work'), contextOf()))).toBe('done');
  await upstream.close(0);
  expect(logged).toMatchObject([{ fields: { stderr: 'cancelled\n' } }]);
});

test('a program that is not there is told as that', async () => {
  const upstream = upstreamOf({ command: 'holdfast-no-such-program' });
  expect(await failureOf(upstream.call(requestOf('echo'), contextOf()))).toMatchObject({
    type: 'unavailable',
    message: expect.stringContaining('it was not found') as string,
    sideEffect: 'none',
  });
});

test('a program that takes no input before it is known not to be there is told as that', async () => {
  const slowly = 'exec <&-; sleep 1; exit 127';
  const upstream = upstreamOf({ command: '/bin/sh', args: ['-c', slowly] });
  expect(await failureOf(upstream.call(requestOf('echo'), contextOf()))).toMatchObject({
    message: expect.stringContaining('it was not found') as string,
  });
});

test('a server that ends when it is asked for its revisions is started again, and not asked', async () => {
  const { upstream, starts } = scripted({}, { DIES_ON_PROBE: '1' });
  expect(textOf(await upstream.call(requestOf('echo'), contextOf()))).toBe('{}');
  expect(starts()).toBe(2);
});

test('what does not heed its end is ended, with all that it has started', async () => {
  const { upstream, received } = scripted({}, { STUBBORN: '1' });
  await upstream.list(contextOf().signal);
  await eventually('two processes', () => pidsIn(received()).length === 2);
  await upstream.close(0);
  await eventually('the end of all', () => !pidsIn(received()).some(isAlive));
});

test('nothing survives a worker that is killed', async () => {
  const file = newRecord();
  const worker = fork(join(__dirname, 'servers', 'holder.cjs'), [SCRIPTED_SERVER, file], {
    execArgv: ['--require', join(__dirname, '..', '..', 'typescript.js')],
  });
  await once(worker, 'message');
  await eventually('two processes', () => pidsIn(recordIn(file)).length === 2);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  await eventually('the end of all', () => !pidsIn(recordIn(file)).some(isAlive));
});
