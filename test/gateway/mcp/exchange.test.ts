/** The HTTP status of a call that was refused before it was durable. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { Problem } from '../../../gateway/errors';
import { readJson } from '../../../gateway/http/body';
import { createExchange } from '../../../gateway/mcp/exchange';
import type { Exchange } from '../../../gateway/mcp/exchange';
import { McpServer } from '../../../gateway/mcp/mcp-server';
import { listening } from '../../fixtures/listening';
import { post } from '../../fixtures/raw';

const exchanges = new WeakMap<object, Exchange>();

/** Answers every call with its words, and before that says that Temporal is down where the tool is called `stranded`. */
const factory: McpServerFactory = ({ requestInfo }) => {
  const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/call', { params: z.looseObject({ name: z.string() }) }, ({ name }) => {
    const exchange = requestInfo && exchanges.get(requestInfo);
    if (name === 'stranded') exchange?.settle(new Problem('unavailable', { refused: true }));
    return { content: [{ type: 'text', text: `answer of ${name}` }] };
  });
  return server;
};

let server: Server;
let url: string;

beforeAll(async () => {
  const exchange = createExchange({
    sdk: createMcpHandler(factory),
    exchanges,
    sessions: { read: () => undefined, begin: () => undefined },
  });
  const grant = { caller: { tenant: 'acme', subject: 'alice' } };
  server = createServer((request, response) => {
    void readJson(request).then((body) => exchange(request, response, body, grant));
  });
  url = await listening(server);
});
afterAll(() => server.close().closeAllConnections());

const call = (id: number, name: string): object => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });

test('a call that Temporal could not take is refused as a whole', async () => {
  const { status, text } = await post(url, call(1, 'stranded'));
  expect([status, text.includes('answer of')]).toEqual([503, false]);
});

test('a batch is answered call by call, though Temporal could not take one of them', async () => {
  const { status, text } = await post(url, [call(1, 'stranded'), call(2, 'walk')]);
  expect(status).toBe(200);
  expect(text).toContain('answer of walk');
});
