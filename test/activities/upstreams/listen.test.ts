/** Servers of 2026-07-28 that tell of changes on a stream of their own (`subscriptions/listen`). */
import type { ServerResponse } from 'node:http';
import { eventually } from '../../fixtures/eventually';
import { json, startWeb, stopAll } from './web';
import type { Received, Web } from './web';
import { closeAll, contextOf, upstreamOf } from './world';

afterEach(async () => {
  await closeAll();
  await stopAll();
});

const LISTEN = 'subscriptions/listen';
const event = (response: ServerResponse, method: string, params: object): void =>
  void response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method, params })}\n\n`);

interface Telling extends Web {
  /** The streams on which it is listened to, the newest last. */
  readonly streams: { readonly asked: Received; readonly response: ServerResponse }[];
  tell(method: string): void;
}

async function telling(capabilities: object): Promise<Telling> {
  const streams: { asked: Received; response: ServerResponse }[] = [];
  const web = await startWeb((asked, response) => {
    const { id, method } = asked.message;
    const result = (value: object): void =>
      json(response, { jsonrpc: '2.0', id, result: { resultType: 'complete', ...value } });
    if (method === 'server/discover')
      return result({ supportedVersions: ['2026-07-28'], capabilities, ttlMs: 0, cacheScope: 'private' });
    if (method !== LISTEN) return result({ tools: [] });
    const { notifications } = asked.message['params'] as { notifications: object };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    streams.push({ asked, response });
    event(response, 'notifications/subscriptions/acknowledged', {
      notifications,
      _meta: { 'io.modelcontextprotocol/subscriptionId': id },
    });
  });
  return Object.assign(web, {
    streams,
    tell(method: string): void {
      const stream = streams.at(-1);
      if (!stream) throw new Error('Nobody listens.');
      const { id } = stream.asked.message;
      event(stream.response, method, { _meta: { 'io.modelcontextprotocol/subscriptionId': id } });
    },
  });
}

async function listened(capabilities: object) {
  const web = await telling(capabilities);
  const upstream = upstreamOf({ url: web.url });
  const changed = jest.fn();
  upstream.onChange(changed);
  await upstream.list(contextOf().signal);
  return { web, upstream, changed };
}

test('are listened to for the changes that they declare, and a change is told', async () => {
  const { web, changed } = await listened({
    tools: { listChanged: true },
    resources: {},
    prompts: { listChanged: true },
  });
  await eventually('the stream', () => web.streams.length === 1);
  const [stream] = web.streams;
  expect(stream?.asked.message['params']).toMatchObject({
    notifications: { toolsListChanged: true, promptsListChanged: true },
  });
  expect(changed).not.toHaveBeenCalled();
  web.tell('notifications/tools/list_changed');
  await eventually('the change', () => changed.mock.calls.length === 1);
  web.tell('notifications/prompts/list_changed');
  await eventually('the other change', () => changed.mock.calls.length === 2);
});

test('that declare none are not listened to', async () => {
  const { web, upstream } = await listened({ tools: {}, resources: {} });
  await upstream.list(contextOf().signal);
  expect(web.methods()).not.toContain(LISTEN);
});

test('whose stream breaks are listened to again, and what may have changed in between counts as a change', async () => {
  const { web, changed } = await listened({ tools: { listChanged: true } });
  await eventually('the stream', () => web.streams.length === 1);
  web.streams[0]?.response.destroy();
  await eventually('another stream', () => web.streams.length === 2);
  await eventually('the change', () => changed.mock.calls.length === 1);
  web.tell('notifications/tools/list_changed');
  await eventually('the next change', () => changed.mock.calls.length === 2);
});

test('are no longer listened to once the upstream is closed', async () => {
  const { web, upstream } = await listened({ tools: { listChanged: true } });
  await eventually('the stream', () => web.streams.length === 1);
  const over = new Promise<void>((resolve) => web.streams[0]?.response.on('close', resolve));
  await upstream.close(0);
  await over;
  expect(web.streams).toHaveLength(1);
});
