/** A `tools/call` of a 2025 client: what it brings along for its job, and what comes back on its stream. */
import { ALL_ALLOWED } from '../../../gateway/allowed';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import type { CallRequest } from '../../../gateway/call/request';
import { newView } from '../../../gateway/jobs/view';
import type { Exchange } from '../../../gateway/mcp/exchange';
import { McpServer } from '../../../gateway/mcp/mcp-server';
import { createOpenRequests } from '../../../gateway/mcp/open-requests';
import { serveToolCalls } from '../../../gateway/mcp/tool-calls';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { fakeJobs } from '../../fixtures/fakes';

const exchange: Exchange = {
  visit: { id: 'test', told: false },
  caller: { tenant: 'acme', subject: 'alice' },
  allowed: ALL_ALLOWED,
  alone: true,
  header: () => undefined,
  session: { id: 'session', version: '2025-11-25', client: 'raw', can: [], owner: 'alice' },
  version: '2025-11-25',
  grantedMs: undefined,
  over: undefined,
  decide: () => undefined,
  method: 'tools/call',
};

const openRequests = createOpenRequests();

type Serve = (request: CallRequest) => Promise<void> | void;

/** Takes back the request with the id 7, as a client does whose time is up. */
const takeBack: Serve = () => {
  if (!exchange.session) throw new Error('There is no session.');
  const params = { requestId: 7, reason: 'Timeout' };
  openRequests.takeBack(exchange.session, { jsonrpc: '2.0', method: 'notifications/cancelled', params });
};

/** Sends a call with the request id 7, which is served by `serve`, and tells what came back on its stream. */
async function answersTo(params: object, serve: Serve, more: Partial<Exchange> = {}): Promise<JSONRPCMessage[]> {
  const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { tools: {} } });
  serveToolCalls(
    server,
    {
      offered: new Map<string, never>(),
      menu: {
        outputSchema: () => undefined,
        serve: async (_name, _args, request) => {
          await serve(request);
          return request.asTask ? { task: {} } : { content: [] };
        },
      },
      patience: () => 0,
      readCallback: () => undefined,
      jobs: fakeJobs(),
      openRequests,
      onError: () => undefined,
      audit: { told: (_asked, run) => run(() => undefined) },
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

test('a call that was taken back gets no answer, and its stream ends', async () => {
  expect(await answersTo({}, takeBack)).toEqual([]);
});

test('a call of a batch that was taken back leaves the stream to the others', async () => {
  expect(await answersTo({}, takeBack, { alone: false })).toMatchObject([{ id: 7, result: {} }]);
});
test.each<[string, object, number]>([
  ['a call hears of progress', {}, 1],
  ['a call as a task has been answered by then, and does not', { task: {} }, 0],
])('%s', async (_what, params, notifications) => {
  const view = newView({ id: 'job_7k3m9q2x4v8ht5wz', workflowId: 'w' }, 'walk', DEFAULT_POLICY);
  const came = await answersTo({ ...params, _meta: { progressToken: 't' } }, ({ onView }) => onView?.(view));
  expect(came.filter((message) => 'method' in message)).toHaveLength(notifications);
});
