/** What the protocol demands of whoever relays, on the wire of both eras. The upstream's steps are written here; the engine is real. */
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { failure } from '../../../activities';
import type { Gateway } from '../../../gateway/gateway';
import { listingId } from '../../../workflows/upstream-contract';
import type { ReadRequest } from '../../../workflows/upstream-contract';
import { eventually } from '../../fixtures/eventually';
import { legacySession, modern } from '../../fixtures/raw';
import { run, startTestGateway } from '../../fixtures/stack';
import type { TestWorker } from '../../fixtures/stack';
import { createSite } from '../../fixtures/upstream-site';

const site = createSite();
const numbers = { type: 'array', items: { type: 'number' } };
const region = { type: 'string', 'x-mcp-header': 'Region' };
site.tools = [
  { name: 'list', inputSchema: { type: 'object' }, outputSchema: numbers },
  { name: 'near', inputSchema: { type: 'object', properties: { region } } },
  { name: 'odd', inputSchema: { type: 'object' }, description: 5 },
];
site.resources = [{ uri: 'notes://gone', name: 'gone' }];
site.prompts = [{ name: 'greet' }];

let worker: TestWorker;
let gateway: Gateway;
const name = (tool: string): string => `${site.name}_${tool}`;

beforeAll(async () => {
  worker = await site.start();
  gateway = await startTestGateway({ upstreams: { [site.name]: site.settings() } });
  await eventually('its tools', async () => (await modern(gateway.url, 'tools/list')).text.includes(name('list')));
});
afterAll(async () => {
  await Promise.all([gateway.stop(), worker.stop()]);
  const connection = await Connection.connect({ address: run().address });
  await new TemporalClient({ connection }).workflow.getHandle(listingId(site.name)).terminate();
  await connection.close();
});

test('data that is no object comes through as it is, and to clients of 2025 under a name, as their schema says', async () => {
  site.call = () => ({ kind: 'result', result: { content: [], structuredContent: [1, 2] } });
  const { result } = (await modern(gateway.url, 'tools/call', { name: name('list') })).message;
  expect(result).toMatchObject({ structuredContent: [1, 2] });
  const { request } = await legacySession(gateway.url);
  const answer = (await request(gateway.url, 'tools/call', { name: name('list') })).message.result;
  expect(answer).toMatchObject({ structuredContent: { result: [1, 2] } });
  const { tools = [] } = (await request(gateway.url, 'tools/list')).message.result as {
    tools?: { readonly name: string }[];
  };
  expect(tools.find((tool) => tool.name === name('list'))).toMatchObject({
    outputSchema: { type: 'object', properties: { result: { anyOf: [numbers, { title: 'JobState' }] } } },
  });
});

test('a block of content that MCP does not know costs nobody the answer', async () => {
  const good = { type: 'text', text: 'good' };
  site.call = () => ({ kind: 'result', result: { content: [{ type: 'hologram' }, good] } });
  const { result } = (await modern(gateway.url, 'tools/call', { name: name('list') })).message;
  expect(result).toMatchObject({ content: [{ type: 'text' }, good] });
});

test('a definition that is not of MCP’s form costs nobody the list', async () => {
  const { tools = [] } = (await modern(gateway.url, 'tools/list')).message.result as {
    tools?: { readonly name: string }[];
  };
  const odd = tools.find((tool) => tool.name === name('odd'));
  expect(odd).toBeDefined();
  expect(odd).not.toHaveProperty('description');
});

test('a call whose Mcp-Param header says something else than its argument is refused, and not made', async () => {
  site.call = () => ({ kind: 'result', result: { content: [{ type: 'text', text: 'done' }] } });
  const before = site.calls.length;
  const call = (headers: Record<string, string>) =>
    modern(gateway.url, 'tools/call', { name: name('near'), arguments: { region: 'eu' } }, headers);
  const { status, message } = await call({ 'mcp-param-region': 'us' });
  expect([status, message.error?.code]).toEqual([400, -32020]);
  expect(site.calls.length).toBe(before);
  expect((await call({ 'mcp-param-region': 'eu' })).message.result).toMatchObject({ content: [{ text: 'done' }] });
});

test('a resource that its upstream does not have is not found, under the address that was asked for', async () => {
  site.read = () => {
    throw failure('invalid_input', 'There is nothing by that name.');
  };
  const uri = `${site.name}+notes://gone`;
  const { error } = (await modern(gateway.url, 'resources/read', { uri })).message;
  expect(error).toMatchObject({ code: -32602, data: { uri } });
});

test('a prompt is asked for with texts, and answered in MCP’s form or not at all', async () => {
  site.read = () => ({ messages: [{ role: 'tool', content: { type: 'text', text: 5 } }] });
  const prompt = async (more: object) =>
    (await modern(gateway.url, 'prompts/get', { name: name('greet'), ...more })).message.error;
  expect(await prompt({ arguments: { who: 5 } })).toMatchObject({ code: -32602 });
  expect(await prompt({ arguments: { who: 'Ada' } })).toMatchObject({ code: -32603 });
});

test('an argument of a prompt is completed by its upstream, for clients of both revisions', async () => {
  const asked: ReadRequest[] = [];
  site.read = (request) => {
    asked.push(request);
    return { completion: { values: ['Ada', 'Alan'], total: 2, hasMore: false } };
  };
  const complete = (value: string) => ({
    ref: { type: 'ref/prompt', name: name('greet') },
    argument: { name: 'who', value },
  });
  const now = (await modern(gateway.url, 'completion/complete', complete('A'))).message.result;
  expect(now).toMatchObject({ completion: { values: ['Ada', 'Alan'], total: 2, hasMore: false } });
  const { initialized, request } = await legacySession(gateway.url);
  expect(initialized['capabilities']).toMatchObject({ completions: {} });
  const then = (await request(gateway.url, 'completion/complete', complete('Al'))).message.result;
  expect(then).toMatchObject({ completion: { values: ['Ada', 'Alan'] } });
  expect(asked.map(({ params }) => params)).toEqual(
    ['A', 'Al'].map((value) => ({ ...complete(value), ref: { type: 'ref/prompt', name: 'greet' } })),
  );
});

test('clients that cannot be told of changes are not promised to be', async () => {
  const { initialized } = await legacySession(gateway.url);
  expect(JSON.stringify(initialized['capabilities'])).not.toContain('listChanged');
});
