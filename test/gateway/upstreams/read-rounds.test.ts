/** Prompts and resources that ask before they answer: a real server of 2026-07-28, a worker that holds it, a gateway, and clients. */
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { Client } from '@modelcontextprotocol/client';
import type { ClientCapabilities } from '@modelcontextprotocol/client';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createUpstreamSteps } from '../../../activities/upstreams/steps/steps';
import { createUpstreams } from '../../../activities/upstreams/steps/upstreams';
import { StdioUpstream } from '../../../config/upstreams';
import type { Gateway } from '../../../gateway/gateway';
import { listingId } from '../../../workflows/upstream-contract';
import { eventually } from '../../fixtures/eventually';
import { legacySession, modern } from '../../fixtures/raw';
import { newTenant, run, startTestGateway, startTestWorker } from '../../fixtures/stack';
import type { TestWorker } from '../../fixtures/stack';

const name = `u${randomUUID().slice(0, 8)}`;
const queue = `q-${name}`;
const server = join(__dirname, '../../activities/upstreams/servers/asking.cjs');
const settings = StdioUpstream.parse({ command: process.execPath, args: [server], queue });
const log = { info: () => undefined, warn: () => undefined };
const upstreams = createUpstreams({ [name]: settings }, { version: '0', log });
const nobody = () => Promise.resolve({ refused: 'nobody' });
const steps = createUpstreamSteps({ upstreams, askJob: nobody, isJobOver: () => Promise.resolve(false), log });
const [ann, bob] = [newTenant(), newTenant()];

let worker: TestWorker;
let gateway: Gateway;
let replica: Gateway;

beforeAll(async () => {
  worker = await startTestWorker(steps, undefined, [{ name: queue, concurrentSteps: 10, perSecond: undefined }]);
  const start = () => startTestGateway({ upstreams: { [name]: settings }, keys: [...ann.keys, ...bob.keys] });
  [gateway, replica] = await Promise.all([start(), start()]);
  for (const { url } of [gateway, replica])
    await eventually('its prompts', async () =>
      (await modern(url, 'prompts/list', {}, ann.headers)).text.includes(`${name}_greet`),
    );
});
afterAll(async () => {
  await Promise.all([gateway.stop(), replica.stop(), worker.stop(), upstreams.close(0)]);
  const connection = await Connection.connect({ address: run().address });
  await new TemporalClient({ connection }).workflow.getHandle(listingId(name)).terminate();
  await connection.close();
});

const forms: Record<string, unknown> = { elicitation: { form: {} } };
const declared = (capabilities: object): object => ({ 'io.modelcontextprotocol/clientCapabilities': capabilities });
const greet = (who = 'Ada') => ({ name: `${name}_greet`, arguments: { who } });

/** One request of a client with these capabilities, as it is on the wire. */
const ask = async (
  method: string,
  params: object,
  { can = forms, by = ann, at = gateway } = {},
): Promise<{ result?: Record<string, unknown>; error?: { code: number; message: string } }> =>
  (await modern(at.url, method, { ...params, _meta: declared(can) }, by.headers)).message;

const accepted = { mood: { action: 'accept', content: { mood: 'well' } } };

test('a client is asked in rounds, and gets what it asked for when it has answered', async () => {
  const capabilities: ClientCapabilities = { elicitation: { form: {}, url: {} }, sampling: {} };
  const client = new Client({ name: 'test', version: '1' }, { capabilities, versionNegotiation: { mode: 'auto' } });
  const asked: unknown[] = [];
  client.setRequestHandler('elicitation/create', ({ params }) => {
    asked.push(params.message);
    return params.mode === 'url' ? { action: 'accept' } : { action: 'accept', content: { mood: 'well' } };
  });
  client.setRequestHandler('sampling/createMessage', () => ({
    role: 'assistant',
    model: 'mine',
    content: { type: 'text', text: 'Monday' },
  }));
  await client.connect(
    new StreamableHTTPClientTransport(new URL(gateway.url), { requestInit: { headers: ann.headers } }),
  );
  expect(await client.getPrompt(greet())).toMatchObject({
    messages: [{ content: { text: 'Hello Ada, you are well.' } }],
  });
  expect(await client.readResource({ uri: 'note://diary' })).toMatchObject({
    contents: [{ uri: 'note://diary', text: 'Dear diary: Monday' }],
  });
  expect(await client.readResource({ uri: `${name}+note://door` })).toMatchObject({
    contents: [{ uri: `${name}+note://door`, text: 'The door: accept' }],
  });
  expect(await client.getPrompt({ name: `${name}_patient` })).toMatchObject({
    messages: [{ content: { text: 'It was worth it.' } }],
  });
  expect(asked).toEqual([`${name} asks: How are you?`, `${name} asks: Sign in.`]);
  await client.close();
});

test('any replica goes on with what another one has asked', async () => {
  const { result = {} } = await ask('prompts/get', greet());
  expect(result).toMatchObject({
    resultType: 'input_required',
    inputRequests: { mood: { method: 'elicitation/create', params: { message: `${name} asks: How are you?` } } },
  });
  const { requestState } = result;
  const round = { ...greet(), inputResponses: accepted, requestState };
  expect((await ask('prompts/get', round, { at: replica })).result).toMatchObject({
    resultType: 'complete',
    messages: [{ content: { text: 'Hello Ada, you are well.' } }],
  });
});

test('the note of a round is worth nothing for another caller, other arguments, another prompt, a resource or a call', async () => {
  const { result = {} } = await ask('prompts/get', greet());
  const round = { inputResponses: accepted, requestState: result['requestState'] };
  const refusals = [
    await ask('prompts/get', { ...greet(), ...round }, { by: bob }),
    await ask('prompts/get', { ...greet('Eve'), ...round }),
    await ask('prompts/get', { ...greet(), name: `${name}_patient`, ...round }),
    await ask('resources/read', { uri: `${name}+note://diary`, ...round }),
    await ask('tools/call', { name: 'echo', arguments: { text: 'a' }, ...round }),
    await ask('prompts/get', { ...greet(), ...round, requestState: `${String(round.requestState)}x` }),
    await ask('prompts/get', { ...greet(), inputResponses: accepted }),
  ];
  expect(refusals.map(({ error }) => error?.code)).toEqual(refusals.map(() => -32602));
});

test.each([
  ['elicitation.form', 'prompts/get', greet(), { sampling: {} }],
  ['elicitation.url', 'resources/read', { uri: `${name}+note://door` }, forms],
  ['sampling', 'resources/read', { uri: `${name}+note://diary` }, forms],
])('a client without %s is refused in words', async (need, method, params, can) => {
  const { error } = await ask(method, params, { can });
  expect(error).toMatchObject({ code: -32602 });
  expect(error?.message).toContain(
    `Upstream ${name} asks a question before it answers, which this client cannot take: it would have to speak 2026-07-28 and declare ${need}.`,
  );
});

test('a client of 2025 is refused in words, and reads what asks nothing', async () => {
  const { request } = await legacySession(gateway.url, forms, '2025-11-25', 'raw', ann.headers);
  expect((await request(gateway.url, 'prompts/get', greet())).message.error?.message).toContain(
    'which this client cannot take',
  );
  expect((await request(gateway.url, 'resources/read', { uri: 'note://plain' })).message.result).toMatchObject({
    contents: [{ text: 'plain' }],
  });
});
