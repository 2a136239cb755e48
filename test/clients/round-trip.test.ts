import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Gateway } from '../../gateway/gateway';
import { newLedger } from '../fixtures/ledger';
import { legacy, modern } from '../fixtures/raw';
import { connectV2, dataOf, startTestGateway, startTestWorker } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';

let gateway: Gateway;
let worker: TestWorker;

beforeAll(async () => {
  [gateway, worker] = await Promise.all([startTestGateway({ patienceMs: 3_000 }), startTestWorker()]);
});
afterAll(async () => {
  await Promise.all([gateway.stop(), worker.stop()]);
});

interface Caller {
  readonly tools: () => Promise<{ name: string }[]>;
  readonly call: (name: string, args: Record<string, unknown>) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** What follows is the same for every client: three ways to be one. */
const clients: [string, () => Promise<Caller>][] = [
  [
    'the v1 SDK client (2025-11-25)',
    async () => {
      const client = new V1Client({ name: 'v1', version: '1' });
      await client.connect(new V1Transport(new URL(gateway.url)));
      return {
        tools: async () => (await client.listTools()).tools,
        call: (name, args) => client.callTool({ name, arguments: args }),
        close: () => client.close(),
      };
    },
  ],
  [
    'the v2 SDK client (2026-07-28)',
    async () => {
      const client = await connectV2(gateway.url);
      return {
        tools: async () => (await client.listTools()).tools,
        call: (name, args) => client.callTool({ name, arguments: args }),
        close: () => client.close(),
      };
    },
  ],
  [
    'raw HTTP (2026-07-28)',
    () =>
      Promise.resolve({
        tools: async () => (await modern(gateway.url, 'tools/list')).message.result?.['tools'] as { name: string }[],
        call: async (name, args) => (await modern(gateway.url, 'tools/call', { name, arguments: args })).message.result,
        close: () => Promise.resolve(),
      }),
  ],
  [
    'raw HTTP (2025-03-26)',
    () =>
      Promise.resolve({
        tools: async () =>
          (await legacy(gateway.url, 'tools/list', {}, '2025-03-26')).message.result?.['tools'] as { name: string }[],
        call: async (name, args) =>
          (await legacy(gateway.url, 'tools/call', { name, arguments: args }, '2025-03-26')).message.result,
        close: () => Promise.resolve(),
      }),
  ],
];

describe.each(clients)('%s', (_name, connect) => {
  let client: Caller;
  beforeAll(async () => (client = await connect()));
  afterAll(() => client.close());

  test('sees the tools and the five handle tools', async () => {
    const names = (await client.tools()).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['echo', 'job_wait', 'job_result', 'job_cancel', 'job_respond', 'job_list']),
    );
  });

  test('completes a call', async () => {
    expect(dataOf(await client.call('echo', { text: 'hello' }))).toEqual({ text: 'hello' });
  });

  test('gets a handle for a slow call and the result by waiting', async () => {
    const ledger = newLedger();
    const handle = dataOf(await client.call('walk', { ledger: ledger.path, steps: ['gated'] }));
    expect(handle).toMatchObject({ status: 'running' });
    ledger.open('gated');
    const result = await client.call('job_wait', { job_ids: [handle['job_id']], timeout_s: 20 });
    expect(dataOf(result)).toEqual({ walked: ['gated'] });
  });
});
