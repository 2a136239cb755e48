/** Plain requests of 2026-07-28 are answered straight as they would be by way of the SDK; what is not plain goes by it. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import {
  MissingRequiredClientCapabilityError,
  ProtocolError,
  SERVER_INFO_META_KEY,
} from '@modelcontextprotocol/server';
import fc from 'fast-check';
import { z } from 'zod';
import { Problem } from '../../../gateway/errors';
import { createReadBody } from '../../../gateway/http/body';
import { createAnswerBySdk } from '../../../gateway/mcp/by-sdk';
import { createBeginExchange } from '../../../gateway/mcp/exchange';
import type { Exchange } from '../../../gateway/mcp/exchange';
import { McpServer } from '../../../gateway/mcp/mcp-server';
import { createSdk } from '../../../gateway/mcp/sdk';
import type { SetMethods } from '../../../gateway/mcp/methods';
import { createAnswerStraight } from '../../../gateway/mcp/straight';
import { listening } from '../../fixtures/listening';
import { declaring, modern, modernHeaders, modernMeta, post } from '../../fixtures/raw';
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
  sdk: createSdk(
    ({ requestInfo, era }) => {
      const server = new McpServer(serverInfo, { capabilities: { tools: {} } });
      const exchange = requestInfo && exchanges.get(requestInfo);
      if (exchange) setMethods(server, exchange, era, () => undefined);
      return server;
    },
    () => undefined,
  ),
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
  ['a name that looks as if it were base64', ['tools/call', { name: BASE64['mcp-name'] }]],
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

/** Values where a request has others: of every kind of JSON, and some that look right. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    0,
    -1,
    1.5,
    1e21,
    '',
    'answer',
    'other',
    'job_1',
    '2026-07-28',
    '2025-11-25',
    [],
    {},
    [1],
    { a: 1 },
  ),
  fc.constantFrom<unknown>(
    ['answer'],
    { elicitation: {} },
    { name: 'raw', version: '1' },
    { name: 7 },
    { progressToken: 1 },
    '=?base64?YW5zd2Vy?=',
    ' answer',
  ),
);
const change = fc.oneof(
  fc.record({
    at: fc.constant('body' as const),
    key: fc.constantFrom('id', 'jsonrpc', 'method', 'params', 'result', 'more'),
    value,
  }),
  fc.record({
    at: fc.constant('params' as const),
    key: fc.constantFrom(
      'name',
      'arguments',
      'task',
      'taskId',
      'cursor',
      'inputResponses',
      'requestState',
      '_meta',
      'more',
    ),
    value,
  }),
  fc.record({
    at: fc.constant('meta' as const),
    key: fc.constantFrom(
      ...Object.keys(modernMeta({})),
      'progressToken',
      'io.modelcontextprotocol/related-task',
      'io.modelcontextprotocol/logLevel',
      'traceparent',
      'io.modelcontextprotocol/subscriptionId',
    ),
    value,
  }),
  fc.record({
    at: fc.constant('headers' as const),
    key: fc.constantFrom('mcp-protocol-version', 'mcp-method', 'mcp-name', 'content-type', 'accept', 'mcp-session-id'),
    value: fc.constantFrom(
      '',
      'answer',
      'tells',
      'tools/call',
      'tools/list',
      '2026-07-28',
      '2025-11-25',
      'application/json',
      'text/plain',
      'application/json; charset=utf-8',
      'x',
    ),
  }),
);
const METHODS = ['tools/list', 'tools/call', 'tasks/get', 'tasks/cancel'];

test('a request that is changed in any way is answered straight as by way of the SDK', async () => {
  let plain = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...METHODS),
      fc.constantFrom('answer', 'tells', 'refuses'),
      fc.array(change, { maxLength: 3 }),
      async (method, name, changes) => {
        const named = method === 'tools/call' ? { name } : method.startsWith('tasks/') ? { taskId: 'job_1' } : {};
        const parts = {
          meta: modernMeta({}),
          params: { ...named } as Record<string, unknown>,
          body: { jsonrpc: '2.0', id: 1, method } as Record<string, unknown>,
          headers: { ...modernHeaders(method), 'mcp-name': Object.values(named)[0] ?? '' } as Record<string, unknown>,
        };
        const whole = { ...parts.params, _meta: parts.meta };
        parts.body['params'] = whole;
        parts.params = whole;
        for (const { at, key, value } of changes) parts[at][key] = value;
        const sent = (url: string) => post(url, parts.body, parts.headers as Record<string, string>).then(seen);
        wentBySdk = 0;
        const straightly = await sent(urls.straight);
        if (wentBySdk === 0) plain += 1;
        expect(straightly).toEqual(await sent(urls.bySdk));
      },
    ),
    { numRuns: 300 },
  );
  expect(plain).toBeGreaterThan(20);
});

test('an error that is a bug of ours says no more than that, and is told', async () => {
  does['breaks'] = () => {
    throw new TypeError('secret of the house');
  };
  const { status, text } = await modern(urls.straight, ...call('breaks'));
  expect([status, text.includes('secret'), text.includes('-32603')]).toEqual([200, false, true]);
  expect(errors).toEqual([expect.any(TypeError)]);
});
