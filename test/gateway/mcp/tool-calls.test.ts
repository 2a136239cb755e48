/** A `tools/call` of a 2025 client: what it brings along for its job, and what comes back on its stream. */
import { InMemoryTransport } from '@modelcontextprotocol/server';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import type { CallRequest } from '../../../gateway/call/request';
import { newView } from '../../../gateway/jobs/view';
import type { Exchange } from '../../../gateway/mcp/exchange';
import { McpServer } from '../../../gateway/mcp/mcp-server';
import { serveToolCalls } from '../../../gateway/mcp/tool-calls';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { fakeJobs } from '../../fixtures/fakes';

const exchange: Exchange = {
  caller: { tenant: 'acme', subject: 'alice' },
  alone: true,
  key: undefined,
  callback: undefined,
  session: { id: 'session', version: '2025-11-25', client: 'raw', can: [], owner: 'alice' },
  version: '2025-11-25',
  patience: undefined,
  grantedMs: undefined,
  settle: () => undefined,
};

type Serve = (request: CallRequest) => Promise<void> | void;

/** Sends a call with the request id 7, which is served by `serve`, and tells what came back on its stream. */
async function answersTo(params: object, serve: Serve, more: Partial<Exchange> = {}): Promise<JSONRPCMessage[]> {
  const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { tools: {} } });
  serveToolCalls(
    server,
    {
      menu: {
        serve: async (_name, _args, request) => {
          await serve(request);
          return request.asTask ? { task: {} } : { content: [] };
        },
      },
      patience: () => 0,
      readCallback: () => undefined,
      jobs: fakeJobs(),
      onError: () => undefined,
    },
    { ...exchange, ...more },
    { era: 'legacy', core: true, pushOn: () => undefined },
  );
  const [client, transport] = InMemoryTransport.createLinkedPair();
  await server.connect(transport);
  await client.start();
  const came: JSONRPCMessage[] = [];
  const over = new Promise<void>((resolve) => {
    client.onclose = resolve;
    client.onmessage = (message) => {
      came.push(message);
      if ('id' in message) resolve();
    };
  });
  await client.send({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'walk', ...params } });
  await over;
  await server.close();
  return came;
}

/** What a call that brings these along is found again by. */
async function requestOf(params: object, more: Partial<Exchange> = {}): Promise<string | undefined> {
  const seen: CallRequest[] = [];
  await answersTo(params, (request) => void seen.push(request), more);
  return seen[0]?.origin.request;
}

test('a call is found again by its session and its request id, so that any replica can take it back', async () => {
  expect(await requestOf({})).toBe('["session",7]');
});

test.each<[string, object, Partial<Exchange>]>([
  ['a call as a task, which is cancelled by tasks/cancel alone,', { task: {} }, {}],
  ['a call with a key, which others may have joined,', {}, { key: 'k' }],
  ['a call without a session', {}, { session: undefined }],
])('%s cannot be taken back', async (_what, params, more) => {
  expect(await requestOf(params, more)).toBeUndefined();
});

test('a call that was taken back gets no answer, and its stream ends', async () => {
  expect(await answersTo({}, ({ drop }) => drop())).toEqual([]);
});

test('a call of a batch that was taken back leaves the stream to the others', async () => {
  expect(await answersTo({}, ({ drop }) => drop(), { alone: false })).toMatchObject([{ id: 7, result: {} }]);
});

test.each<[string, object, number]>([
  ['a call hears of progress', {}, 1],
  ['a call as a task has been answered by then, and does not', { task: {} }, 0],
])('%s', async (_what, params, notifications) => {
  const view = newView({ id: 'job_7k3m9q2x4v8ht5wz', workflowId: 'w' }, 'walk', DEFAULT_POLICY);
  const came = await answersTo({ ...params, _meta: { progressToken: 't' } }, ({ onView }) => onView?.(view));
  expect(came.filter((message) => 'method' in message)).toHaveLength(notifications);
});
