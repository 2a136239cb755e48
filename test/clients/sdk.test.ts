/** What the clients of the official SDKs do with tasks, questions and long calls, on two replicas that take turns. */
import { Client as V2Client, StreamableHTTPClientTransport as V2Transport } from '@modelcontextprotocol/client';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { eventually } from '../fixtures/eventually';
import { declaring, modern } from '../fixtures/raw';
import { roundRobin } from '../fixtures/round-robin';
import type { RoundRobin } from '../fixtures/round-robin';
import { replicas, walking } from '../fixtures/replicas';
import { dataOf } from '../fixtures/stack';

/** The call to make next, as a handle names it. */
const Next = z.object({ next: z.object({ tool: z.literal('job_wait'), args: z.record(z.string(), z.unknown()) }) });

const { urls } = replicas({ patienceMs: 1_000 });
let front: RoundRobin;
beforeAll(async () => {
  front = await roundRobin(urls());
});
afterAll(() => front.stop());

const ada = () => Promise.resolve({ action: 'accept' as const, content: { name: 'Ada' } });

/** @param at - a gateway of the two, for what reaches no other */
async function v1(at = front.url): Promise<V1Client> {
  const client = new V1Client({ name: 'v1', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, ada);
  await client.connect(new V1Transport(new URL(at)));
  return client;
}

/** `sent` is told of the method of every request. */
async function v2(sent: (method: unknown) => void = () => undefined): Promise<V2Client> {
  const client = new V2Client(
    { name: 'v2', version: '1' },
    { capabilities: { elicitation: {} }, versionNegotiation: { mode: 'auto' } },
  );
  client.setRequestHandler('elicitation/create', ada);
  const watched: typeof fetch = (input, init) => {
    if (typeof init?.body === 'string') sent((JSON.parse(init.body) as { method?: unknown }).method);
    return fetch(input, init);
  };
  await client.connect(new V2Transport(new URL(front.url), { fetch: watched }));
  return client;
}

test('the v1 client runs a core task to its end', async () => {
  const client = await v1();
  const [ledger, args] = walking('gated');
  const seen: string[] = [];
  const stream = client.experimental.tasks.callToolStream({ name: 'walk', arguments: args }, CallToolResultSchema, {
    task: { ttl: 60_000 },
  });
  for await (const message of stream) {
    seen.push(message.type);
    if (message.type === 'taskCreated') ledger.open('gated');
    if (message.type === 'result') expect(dataOf(message.result)).toEqual({ walked: ['gated'] });
  }
  expect([seen[0], seen.at(-1)]).toEqual(['taskCreated', 'result']);
  await client.close();
});

test('the v1 client answers the question of a core task', async () => {
  const client = await v1();
  const stream = client.experimental.tasks.callToolStream({ name: 'greet', arguments: {} }, CallToolResultSchema, {
    task: { ttl: 60_000 },
  });
  for await (const message of stream)
    if (message.type === 'result') expect(dataOf(message.result)).toEqual({ greeting: 'Hello, Ada!' });
  await client.close();
  expect.assertions(1);
});

test('the v1 client answers a question in the middle of a plain call', async () => {
  const client = await v1();
  let data = dataOf(await client.callTool({ name: 'greet', arguments: {} }));
  // A busy machine may take longer than this gateway's patience: the question comes in the midst of the next wait then.
  for (let handle = Next.safeParse(data); handle.success; handle = Next.safeParse(data)) {
    const { tool, args } = handle.data.next;
    data = dataOf(await client.callTool({ name: tool, arguments: args }));
  }
  expect(data).toEqual({ greeting: 'Hello, Ada!' });
  await client.close();
});

test('a v1 client that aborts its call ends the job', async () => {
  const client = await v1(urls()[0]);
  const [ledger, args] = walking('gated');
  const stop = new AbortController();
  const call = client.callTool({ name: 'walk', arguments: args }, undefined, { signal: stop.signal });
  await ledger.written('begin gated');
  stop.abort();
  await expect(call).rejects.toThrow();
  const other = await v2();
  await eventually('a cancelled job, and none that runs', async () => {
    const listed = await other.callTool({ name: 'job_list', arguments: { tool: 'walk', limit: 50 } });
    const statuses = (dataOf(listed) as { jobs: { status: string }[] }).jobs.map(({ status }) => status);
    return statuses.includes('cancelled') && !statuses.includes('running');
  });
  await Promise.all([client.close(), other.close()]);
});

test('a call of the v2 client outlives its own timeout', async () => {
  const [ledger, args] = walking('gated');
  let calls = 0;
  const client = await v2((method) => {
    // The third round begins when more time has passed than one request of this client may take.
    if (method === 'tools/call' && ++calls === 3) ledger.open('gated');
  });
  const result = await client.callTool({ name: 'walk', arguments: args }, { timeout: 1_900 });
  expect(dataOf(result)).toEqual({ walked: ['gated'] });
  expect(ledger.lines()).toEqual(['begin gated', 'end gated']);
  await client.close();
});

test('the v2 client answers a question in rounds', async () => {
  const client = await v2();
  expect(dataOf(await client.callTool({ name: 'pair', arguments: {} }))).toEqual({ names: ['Ada', 'Ada'] });
  await client.close();
});

test('the v2 client subscribes to its task', async () => {
  const client = new V2Client(
    { name: 'v2', version: '1' },
    { capabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } }, versionNegotiation: { mode: 'auto' } },
  );
  const heard: unknown[] = [];
  const completed = new Promise<void>((resolve) => {
    client.fallbackNotificationHandler = ({ params }) => {
      heard.push(params?.['status']);
      if (params?.['status'] === 'completed') resolve();
      return Promise.resolve();
    };
  });
  await client.connect(new V2Transport(new URL(front.url)));
  const [ledger, args] = walking('gated');
  const { message } = await modern(
    front.url,
    'tools/call',
    declaring({ tasks: true }, { name: 'walk', arguments: args }),
  );
  await client.listen({ taskIds: [String(message.result?.['taskId'])] } as never); // the SDK's type knows no tasks
  ledger.open('gated');
  await completed;
  expect(heard).toContain('completed');
  await client.close();
});
