/** Plain requests of 2026-07-28 are answered straight as they would be by way of the SDK; what is not plain goes by it. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import {
  MissingRequiredClientCapabilityError,
  ProtocolError,
  SERVER_INFO_META_KEY,
  createMcpHandler,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { Problem } from '../../../gateway/errors';
import { createReadBody } from '../../../gateway/http/body';
import { createAnswerBySdk } from '../../../gateway/mcp/by-sdk';
import { createBeginExchange } from '../../../gateway/mcp/exchange';
import type { Exchange } from '../../../gateway/mcp/exchange';
import { McpServer } from '../../../gateway/mcp/mcp-server';
import type { SetMethods } from '../../../gateway/mcp/methods';
import { createAnswerStraight } from '../../../gateway/mcp/straight';
import { listening } from '../../fixtures/listening';
import { declaring, modern } from '../../fixtures/raw';
import type { RawAnswer } from '../../fixtures/raw';

const serverInfo = { name: 'test', version: '1' };
const TOOLS = [{ name: 'walk', inputSchema: { type: 'object' as const } }];
const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] });

/** What tools do, by their names. */
const does: Record<string, (exchange: Exchange, notify: (message: string) => Promise<void>) => unknown> = {
  answer: () => ({ ...text('half of a character: \ud800'), structuredContent: { n: 1 }, _meta: { more: true } }),
  task: () => ({ resultType: 'task', taskId: 'job_1', status: 'working' }),
  identified: () => ({ ...text(''), _meta: { [SERVER_INFO_META_KEY]: { name: 'upstream', version: '7' } } }),
  tells: async (_exchange, notify) => {
    await notify('half way');
    await notify('nearly there');
    return text('there');
  },
  tellsAndFails: async (_exchange, notify) => {
    await notify('half way');
    throw new ProtocolError(-32602, 'It cannot be done.');
  },
  refuses: () => {
    throw new ProtocolError(-32602, 'Half of a character: \ud800', { why: 'data' });
  },
  lacks: () => {
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { elicitation: {} } });
  },
  strands: ({ decide }) => {
    decide(new Problem('unavailable', { refused: true }));
    return text('too late');
  },
};

const setMethods: SetMethods = (server, exchange) => {
  if (exchange.method === 'tools/list')
    server.setRequestHandler('tools/list', { params: z.looseObject({ cursor: z.string().optional() }) }, () => ({
      tools: TOOLS,
      ttlMs: 5_000,
      cacheScope: 'private',
    }));
  const params = z.looseObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()).optional() });
  server.setRequestHandler('tools/call', { params }, async ({ name, arguments: args = {} }, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken ?? 'none';
    const notify = (message: string): Promise<void> =>
      mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1, message } });
    if (name === 'data')
      return server.projectCallToolResult({ content: [], structuredContent: args['data'] }, undefined);
    return (await does[name]?.(exchange, notify)) as Record<string, unknown>;
  });
  server.setRequestHandler('tasks/get', { params: z.looseObject({ taskId: z.string() }) }, ({ taskId }) => ({
    taskId,
  }));
  server.setRequestHandler(
    'tasks/update',
    { params: z.looseObject({ taskId: z.string() }) },
    (_params, { mcpReq }) => ({
      given: mcpReq.inputResponses,
    }),
  );
};

const exchanges = new WeakMap<object, Exchange>();
const begin = createBeginExchange({ read: () => undefined });
let wentBySdk = 0;
const bySdk = createAnswerBySdk({
  sdk: createMcpHandler(({ requestInfo, era }) => {
    const server = new McpServer(serverInfo, { capabilities: { tools: {} } });
    const exchange = requestInfo && exchanges.get(requestInfo);
    if (exchange) setMethods(server, exchange, era, () => undefined);
    return server;
  }),
  exchanges,
  begin,
  sessions: { begin: () => undefined },
});
const errors: unknown[] = [];
const straight = createAnswerStraight({
  bySdk: (...asked) => {
    wentBySdk += 1;
    return bySdk(...asked);
  },
  begin,
  setMethods,
  serverInfo,
  onError: (error) => errors.push(error),
});

const servers: Server[] = [];
const urls = { straight: '', bySdk: '' };
beforeAll(async () => {
  const readBody = createReadBody({ bytes: 1_048_576, depth: 64, values: 10_000, batch: 10 });
  const visitor = { caller: { tenant: 'acme', subject: 'alice' }, visit: { id: 'test', told: false } };
  for (const [way, answer] of Object.entries({ straight, bySdk })) {
    const server = createServer((request, response) => {
      void readBody(request, 'acme', ({ value }) => void answer(request, response, value, visitor));
    });
    servers.push(server);
    urls[way as keyof typeof urls] = await listening(server);
  }
});
afterAll(() => servers.forEach((server) => server.close().closeAllConnections()));
beforeEach(() => (wentBySdk = 0));

/** What a client sees of an answer: its status, its kind, and its messages. */
const seen = ({ status, headers, text }: RawAnswer) => ({
  status,
  type: headers.get('content-type'),
  messages: text
    .split('\n')
    .flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : line.startsWith('{') ? [line] : []))
    .map((line) => JSON.parse(line) as unknown),
});

type Asked = readonly [method: string, params?: Record<string, unknown>, headers?: Record<string, string>];

const call = (name: string, args: Record<string, unknown> = {}): Asked => ['tools/call', { name, arguments: args }];

const PLAIN: readonly (readonly [string, Asked])[] = [
  ['a list of tools', ['tools/list']],
  ['a result', call('answer')],
  ['a call without arguments', ['tools/call', { name: 'answer' }]],
  ['a task', call('task')],
  ['a result of somebody who says who he is', call('identified')],
  ['data that is no object', call('data', { data: [1, 2] })],
  ['data that is null', call('data', { data: null })],
  ['data that is an object', call('data', { data: {} })],
  ['progress before the result', call('tells')],
  ['progress before an error', call('tellsAndFails')],
  ['an error', call('refuses')],
  ['an error that is the client’s affair', call('lacks')],
  ['a call that Temporal could not take', call('strands')],
  ['a task by its id', ['tasks/get', { taskId: 'job_1' }]],
];

test.each(PLAIN)('%s is the same straight and by way of the SDK', async (_what, asked) => {
  const answers = [seen(await modern(urls.straight, ...asked)), seen(await modern(urls.bySdk, ...asked))];
  expect(answers[0]).toEqual(answers[1]);
  expect(wentBySdk).toBe(0);
});

const BASE64 = { 'mcp-name': `=?base64?${Buffer.from('answer').toString('base64')}?=` };
const ODD: readonly (readonly [string, Asked])[] = [
  ['a name in base64', ['tools/call', { name: 'answer' }, BASE64]],
  ['another name in the header', ['tools/call', { name: 'answer' }, { 'mcp-name': 'other' }]],
  ['another method in the header', ['tools/list', {}, { 'mcp-method': 'tools/call' }]],
  ['another revision in the header', ['tools/list', {}, { 'mcp-protocol-version': '2025-11-25' }]],
  [
    'a revision that nobody knows',
    ['tools/list', { _meta: { 'io.modelcontextprotocol/protocolVersion': '2027-01-01' } }],
  ],
  ['capabilities that are none', ['tools/list', { _meta: { 'io.modelcontextprotocol/clientCapabilities': 7 } }]],
  ['arguments that are a list', ['tools/call', { name: 'answer', arguments: [] }]],
  ['a progress token that is an object', ['tools/call', { name: 'answer', _meta: { progressToken: {} } }]],
  ['a cursor that is a number', ['tools/list', { cursor: 1 }]],
  ['answers to questions', ['tools/call', { name: 'answer', inputResponses: {} }]],
  ['a state of an earlier round', ['tools/call', { name: 'answer', requestState: 'x' }]],
  ['another content type', ['tools/list', {}, { 'content-type': 'text/plain' }]],
  ['a method that is not offered', ['tools/nothing']],
  ['the answer to a task', declaringTasks('tasks/update', { taskId: 'job_1', inputResponses: {} })],
];

function declaringTasks(method: string, params: Record<string, unknown>): Asked {
  return [method, declaring({ tasks: true }, params)];
}

test.each(ODD)('%s goes by way of the SDK', async (_what, asked) => {
  const answers = [seen(await modern(urls.straight, ...asked)), seen(await modern(urls.bySdk, ...asked))];
  expect([wentBySdk, answers[0]]).toEqual([1, answers[1]]);
});

test('an error that is a bug of ours says no more than that, and is told', async () => {
  does['breaks'] = () => {
    throw new TypeError('secret of the house');
  };
  const { status, text } = await modern(urls.straight, ...call('breaks'));
  expect([status, text.includes('secret'), text.includes('-32603'), errors.length]).toEqual([200, false, true, 1]);
});
