/** What clients write that is not quite MCP, and is understood. No Temporal: nothing here becomes a job. */
import { request } from 'node:http';
import { pino } from 'pino';
import type { Gateway } from '../../../gateway/gateway';
import { startGateway } from '../../../gateway/gateway';
import { legacy, legacySession, modern, modernHeaders, modernMeta, post } from '../../fixtures/raw';
import { configFor, textOf } from '../../fixtures/stack';
import { tools } from '../../fixtures/workflows/tools';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway(configFor('127.0.0.1:1'), tools, pino({ level: 'silent' }));
});
afterAll(() => gateway.stop());

const LEGACY = { 'mcp-protocol-version': '2025-11-25' };

test.each<[string, unknown]>([
  ['params', null],
  ['a cursor', { cursor: null }],
  ['_meta', { _meta: null }],
  ['a progress token', { _meta: { progressToken: null } }],
])('null for %s is none, on the 2025 revisions', async (_what, params) => {
  const { status, message } = await post(gateway.url, { jsonrpc: '2.0', id: 1, method: 'tools/list', params }, LEGACY);
  expect([status, message.result]).toEqual([200, expect.objectContaining({ tools: expect.any(Array) as unknown })]);
});

test.each<[string, Record<string, unknown>]>([
  ['a cursor', { cursor: null }],
  ['a progress token', { _meta: { progressToken: null } }],
  [
    'what a client says of itself',
    { _meta: { 'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1', title: null } } },
  ],
  ['a capability', { _meta: modernMeta({ sampling: null, elicitation: null, extensions: null }) }],
])('null for %s is none, on 2026-07-28', async (_what, params) => {
  expect((await modern(gateway.url, 'tools/list', params)).message.result).toHaveProperty('tools');
});

test('a capability that is null in initialize is not declared, and one beside it is', async () => {
  const { session } = await legacySession(gateway.url, { sampling: null, roots: { listChanged: null }, tasks: null });
  expect(JSON.parse(Buffer.from(session.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({
    can: ['roots'],
  });
});

test('a notification without params may say so', async () => {
  const initialized = { jsonrpc: '2.0', method: 'notifications/initialized', params: null };
  expect((await post(gateway.url, initialized, LEGACY)).status).toBe(202);
});

test.each([
  ['no arguments', null, 'text: Invalid input: expected string, received undefined'],
  ['an argument of the tool’s own', { text: null }, 'text: Invalid input: expected string, received null'],
])('null for %s reaches the tool as that', async (_what, args, problem) => {
  for (const ask of [modern, legacy]) {
    const { message } = await ask(gateway.url, 'tools/call', { name: 'echo', arguments: args, task: null });
    expect(textOf(message.result)).toContain(problem);
  }
});

test.each<[string, Record<string, unknown>, string]>([
  ['a list', { name: 'echo', arguments: [1] }, 'params.arguments: Invalid input: expected record, received array'],
  ['a text', { name: 'echo', arguments: '{}' }, 'params.arguments: Invalid input: expected record, received string'],
  ['what has no name', { arguments: {} }, 'params.name: Invalid input: expected string, received undefined'],
])('a call of %s is refused in a sentence', async (_what, params, problem) => {
  for (const ask of [modern, legacy])
    expect((await ask(gateway.url, 'tools/call', params)).message.error).toMatchObject({
      code: -32602,
      message: `This is no tools/call: ${problem}.`,
    });
});

const BATCHING = { 'mcp-protocol-version': '2025-03-26' };
const HALF = '\ud83d';

test.each<[string, unknown, Record<string, string>]>([
  ['an id', { jsonrpc: '2.0', id: HALF, method: 'ping' }, LEGACY],
  [
    'a progress token',
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/list',
      params: { _meta: { ...modernMeta({}), progressToken: `a${HALF}` } },
    },
    modernHeaders('tools/list'),
  ],
  ['an id in a batch', [{ jsonrpc: '2.0', id: HALF, method: 'ping' }], BATCHING],
])('half of a character in %s is refused: no answer could repeat it', async (_what, body, headers) => {
  const { status, text, message } = await post(gateway.url, body, headers);
  expect([status, message.error?.message]).toEqual([400, expect.stringContaining('half of a character')]);
  expect(text).not.toContain('\uFFFD');
});

test('a request that is taken back in the batch that brings it is not answered, and does not begin', async () => {
  const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });
  const takeBack = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
  const { text } = await post(gateway.url, [ping(1), ping(2), takeBack], BATCHING);
  expect([text.includes('"id":1'), text.includes('"id":2')]).toEqual([false, true]);
  expect((await post(gateway.url, [ping(1), takeBack], BATCHING)).status).toBe(202);
});

test.each(['__proto__', '__pr\\u006fto__'])('an argument that is named %s is refused, wherever it is', async (name) => {
  const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"a":[{"${name}":1}]}}}`;
  expect(await post(gateway.url, body, LEGACY)).toMatchObject({
    status: 400,
    message: { error: { message: expect.stringContaining('A member is named __proto__') as string } },
  });
});

test('an argument with that name as its value, or in a text, is as good as another', async () => {
  const params = { name: 'job_wait', arguments: { job_ids: ['__proto__'], note: '{"__proto__": 1}' } };
  expect((await legacy(gateway.url, 'tools/call', params)).status).toBe(200);
});

/** fetch always sends an Accept header; node:http does not. */
const statusFor = (headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request(
      gateway.url,
      { method: 'POST', headers: { 'content-type': 'application/json', ...LEGACY, ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    asked.on('error', reject).end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }));
  });

test.each<[string, Record<string, string>, number]>([
  ['no Accept header', {}, 200],
  ['an empty one', { accept: '' }, 200],
  ['any type', { accept: '*/*' }, 200],
  ['any type, with its weight', { accept: 'text/html, */*;q=0.8' }, 200],
  ['any type of application', { accept: 'application/*' }, 200],
  ['JSON, and any text', { accept: 'application/json, text/*' }, 200],
  ['capitals', { accept: 'Application/JSON, TEXT/EVENT-STREAM', 'content-type': 'Application/JSON' }, 200],
  ['JSON alone', { accept: 'application/json' }, 406],
  ['HTML alone', { accept: 'text/html' }, 406],
])('a 2025 client that accepts %s gets an answer if it can take one', async (_what, headers, status) => {
  expect(await statusFor(headers)).toBe(status);
});
