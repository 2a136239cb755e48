/** Clients that read slowly get everything; clients that never read are given up. No Temporal: what is sent is made up here. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { Watcher } from '../../../gateway/call/hub';
import { createAnswerBySdk } from '../../../gateway/mcp/by-sdk';
import { createBeginExchange } from '../../../gateway/mcp/exchange';
import { createIds } from '../../../gateway/ids';
import type { JobRef } from '../../../gateway/ids';
import { createListeners, subscriptionIn } from '../../../gateway/mcp/listen';
import type { Subscription } from '../../../gateway/mcp/listen';
import { newView } from '../../../gateway/jobs/view';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { modernMeta } from '../../fixtures/raw';

const caller = { tenant: 't', subject: 's' };
const ids = createIds('x'.repeat(32));
const servers: Server[] = [];

type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

async function serving(serve: Serve): Promise<number> {
  const server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  jest.useRealTimers();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

const LARGE = 16 * 1024 * 1024;

function exchangeOf(contentType: string) {
  const large = (): Promise<Response> =>
    Promise.resolve(new Response('x'.repeat(LARGE), { headers: { 'content-type': contentType } }));
  return createAnswerBySdk({
    sdk: { ...createMcpHandler(() => Promise.reject(new Error('Not used.'))), fetch: large },
    exchanges: new WeakMap(),
    begin: createBeginExchange({ read: () => undefined }),
    sessions: { begin: () => undefined },
  });
}

const subscriptionTo = (taskIds: readonly string[]): Subscription =>
  subscriptionIn({
    id: 's1',
    method: 'subscriptions/listen',
    params: { notifications: { taskIds }, _meta: modernMeta({ extensions: { 'io.modelcontextprotocol/tasks': {} } }) },
  }) as Subscription;

/** Jobs that have all ended, each with a result of 1.4 MB. */
function listenersToLarge(onLook: (ref: JobRef) => Promise<void> = () => Promise.resolve()) {
  const done = { kind: 'done' as const, value: 'x'.repeat(1_400_000) };
  const jobs = {
    look: async (ref: JobRef) => {
      await onLook(ref);
      return { ...newView(ref, 'fill', DEFAULT_POLICY), status: 'done' as const };
    },
    outcomeOf: () => Promise.resolve(done),
  };
  const watch = {
    follow: (_ref: JobRef, watcher: Watcher) => {
      setImmediate(() => watcher.onEnd(done));
      return () => undefined;
    },
  };
  const answers = {
    ended: () => Promise.resolve({ content: [{ type: 'text' as const, text: done.value }] }),
  };
  return createListeners({ jobs, watch, answers, ids, serverInfo: { name: 'holdfast', version: '0' } });
}

const taskIds = (count: number): string[] =>
  Array.from({ length: count }, () => ids.newRef(caller, 'fill', undefined).id);

/** Resolves once the server has given up the response. Its clock runs ahead: half a minute a turn. */
async function givenUp(response: Promise<ServerResponse>): Promise<void> {
  const { socket } = await response;
  const deadline = Date.now() + 20_000;
  while (socket?.destroyed === false) {
    if (Date.now() > deadline) throw new Error('The server held the response for ever.');
    jest.advanceTimersByTime(31_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const exchanging =
  (contentType: string): Serve =>
  (asked, answer) =>
    exchangeOf(contentType)(asked, answer, {}, { caller, visit: { id: 'test', told: false } });

test.each<[string, Serve]>([
  ['a JSON body', exchanging('application/json')],
  ['an event stream', exchanging('text/event-stream')],
  ['a subscription', (_asked, answer) => listenersToLarge().listen(subscriptionTo(taskIds(16)), caller, answer)],
])('%s is not held for a client that never reads', async (_what, serve) => {
  jest.useFakeTimers({
    doNotFake: ['Date', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'setInterval'],
  });
  let begun: (response: ServerResponse) => void = () => undefined;
  const response = new Promise<ServerResponse>((resolve) => (begun = resolve));
  const port = await serving((asked, answer) => {
    begun(answer);
    return serve(asked, answer);
  });
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  socket.write('POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
  await givenUp(response);
  socket.destroy();
});

test('a subscriber who reads slowly gets all of the results, one after the other', async () => {
  const listeners = listenersToLarge();
  const port = await serving((_asked, answer) => listeners.listen(subscriptionTo(taskIds(16)), caller, answer));
  const asked = request({ port, host: '127.0.0.1', method: 'POST' }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let [completed, last] = [0, ''];
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    const text = last + chunk.toString();
    completed += text.split('"status":"completed"').length - 1;
    last = text.slice(-200).replace('"status":"completed"', '');
    await pause(1); // the slowness of the reader
  }
  expect(completed).toBe(16);
  expect(last).toContain('"resultType":"complete"');
});

test('no more than 20 jobs are looked at at one time, however many are subscribed to', async () => {
  let [looking, most] = [0, 0];
  const seen = new Set<string>();
  const listeners = listenersToLarge(async ({ id }) => {
    if (seen.has(id)) return; // the look at its end comes one at a time
    seen.add(id);
    most = Math.max(most, ++looking);
    await pause(2); // the length of a look
    looking -= 1;
  });
  const port = await serving((_asked, answer) => listeners.listen(subscriptionTo(taskIds(100)), caller, answer));
  const sockets = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const asked = request({ port, host: '127.0.0.1', method: 'POST', agent: false }).end();
      await once(asked, 'response');
      return asked;
    }),
  );
  expect(most).toBe(20);
  for (const socket of sockets) socket.destroy();
});
