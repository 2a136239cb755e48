/** What a `tools/call` of a 2025 client brings along for its job. */
import { InMemoryTransport } from '@modelcontextprotocol/server';
import type { CallRequest } from '../../../gateway/call/request';
import type { Exchange } from '../../../gateway/mcp/exchange';
import { McpServer } from '../../../gateway/mcp/mcp-server';
import { serveToolCalls } from '../../../gateway/mcp/tool-calls';
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

/** Sends a call with the request id 7, and returns what the tool's call is made of. */
async function brought(params: object, more: Partial<Exchange> = {}): Promise<CallRequest | undefined> {
  const seen: CallRequest[] = [];
  const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { tools: {} } });
  serveToolCalls(
    server,
    {
      menu: {
        serve: (_name, _args, request) => {
          seen.push(request);
          return Promise.resolve(request.asTask ? { task: {} } : { content: [] });
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
  const answered = new Promise((resolve) => (client.onmessage = resolve));
  await client.send({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'walk', ...params } });
  await answered;
  await server.close();
  return seen[0];
}

test('a call is found again by its session and its request id, so that any replica can take it back', async () => {
  expect((await brought({}))?.origin.request).toBe('["session",7]');
});

test.each<[string, object, Partial<Exchange>]>([
  ['a call as a task, which is cancelled by tasks/cancel alone', { task: {} }, {}],
  ['a call with a key, which others may have joined', {}, { key: 'k' }],
  ['a call without a session', {}, { session: undefined }],
])('%s cannot be taken back', async (_what, params, more) => {
  expect((await brought(params, more))?.origin.request).toBeUndefined();
});
