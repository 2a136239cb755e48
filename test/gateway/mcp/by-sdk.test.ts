/** The HTTP status of a call: what it says when the call was refused, and how long it is held back. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { Problem } from '../../../gateway/errors';
import { createReadBody } from '../../../gateway/http/body';
import { createAnswerBySdk } from '../../../gateway/mcp/by-sdk';
import { createBeginExchange } from '../../../gateway/mcp/exchange';
import type { Exchange } from '../../../gateway/mcp/exchange';
import { McpServer } from '../../../gateway/mcp/mcp-server';
import { createSdk } from '../../../gateway/mcp/sdk';
import { eventually } from '../../fixtures/eventually';
import { listening } from '../../fixtures/listening';
import { post } from '../../fixtures/raw';

const exchanges = new WeakMap<object, Exchange>();

/** Answers every call with its words: `stranded` after it was said that Temporal is down, `mute` never. */
const factory: McpServerFactory = ({ requestInfo }) => {
  const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler(
    'tools/call',
    { params: z.looseObject({ name: z.string() }) },
    async ({ name }, { mcpReq }) => {
      if (name === 'held') {
        held.begun += 1;
        await new Promise((resolve) => mcpReq.signal.addEventListener('abort', resolve));
        held.aborted += 1;
      }
      const exchange = requestInfo && exchanges.get(requestInfo);
      if (name === 'mute') return new Promise<never>(() => undefined);
      if (name === 'stranded') exchange?.decide(new Problem('unavailable', { refused: true }));
      return { content: [{ type: 'text', text: `answer of ${name}` }] };
    },
  );
  return server;
};

/** Calls that wait until their client has hung up. */
const held = { begun: 0, aborted: 0 };

let server: Server;
let url: string;

beforeAll(async () => {
  const exchange = createAnswerBySdk({
    sdk: createSdk(factory, () => undefined),
    exchanges,
    begin: createBeginExchange({ read: () => undefined }),
    sessions: { begin: () => undefined },
  });
  const grant = { caller: { tenant: 'acme', subject: 'alice' }, visit: { id: 'test', told: false } };
  const readBody = createReadBody({ bytes: 1_048_576, depth: 64, values: 10_000, batch: 10 });
  server = createServer((request, response) => {
    void readBody(request, 'acme', ({ value }) => void exchange(request, response, value, grant));
  });
  url = await listening(server);
});
afterAll(() => server.close().closeAllConnections());

const call = (id: number, name: string): object => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });

test('a call that Temporal could not take is refused as a whole', async () => {
  const { status, text } = await post(url, call(1, 'stranded'));
  expect([status, text.includes('answer of')]).toEqual([503, false]);
});

test('a client that hangs up is missed by the calls that it had in line, too', async () => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  for (const id of [1, 2]) {
    const body = JSON.stringify(call(id, 'held'));
    socket.write(
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  }
  await eventually('both calls', () => held.begun === 2);
  socket.destroy();
  await eventually('the end of both', () => held.aborted === 2);
});

test('a batch is answered call by call, though Temporal could not take one of them', async () => {
  const { status, text } = await post(url, [call(1, 'stranded'), call(2, 'walk')]);
  expect(status).toBe(200);
  expect(text).toContain('answer of walk');
});

test('a call of which nothing is known yet has its first byte within a second', async () => {
  const hangUp = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify(call(1, 'mute')),
    signal: AbortSignal.any([hangUp.signal, AbortSignal.timeout(3_000)]),
  });
  const first = await response.body?.getReader().read();
  expect([response.status, Buffer.from(first?.value ?? []).toString()]).toEqual([200, ': ok\n\n']);
  hangUp.abort();
});

describe('what the SDK refuses', () => {
  const BOGUS = { 'mcp-protocol-version': 'bogus' };

  test('names the request that it is about', async () => {
    const { status, text } = await post(url, call(7, 'walk'), { accept: 'application/json' });
    expect([status, JSON.parse(text)]).toEqual([406, expect.objectContaining({ id: 7 })]);
  });

  test.each([
    ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }, 400, BOGUS],
    ['an answer', { jsonrpc: '2.0', id: 9, result: {} }, 400, BOGUS],
    ['no message', 5, 400, {}],
    ['a batch', [call(8, 'walk')], 406, { accept: 'application/json' }],
  ])('has no id where there is none to name: %s', async (_, body, refused, headers) => {
    const { status, text } = await post(url, body, headers);
    expect([status, Object.keys(JSON.parse(text) as object).sort()]).toEqual([refused, ['error', 'jsonrpc']]);
  });
});
