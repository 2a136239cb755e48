import { randomUUID } from 'node:crypto';
import { McpServer as OldServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { Server, createMcpHandler } from '@modelcontextprotocol/server';
import { eventually } from '../../fixtures/eventually';
import { json, legacy, startWeb, stopAll } from './web';
import type { Received, Web } from './web';
import { closeAll, contextOf, failureOf, requestOf, textOf, upstreamOf } from './world';

afterEach(async () => {
  await closeAll();
  await stopAll();
});

const done = { content: [{ type: 'text', text: 'done' }] };
const answered = ({ message }: Received) => ({ jsonrpc: '2.0', id: message['id'], result: done });
const callsTo = (web: Web): number => web.methods().filter((method) => method === 'tools/call').length;

/** The SDK's server of 2026-07-28. */
function modern(): Promise<Web> {
  let sent = 0;
  const handler = createMcpHandler(() => {
    const server = new Server({ name: 'modern', version: '2' }, { capabilities: { tools: { listChanged: true } } });
    server.setRequestHandler('tools/list', () => ({
      tools: [
        {
          name: 'work',
          inputSchema: { type: 'object', properties: { city: { type: 'string', 'x-mcp-header': 'City' } } },
        },
        { name: 'sure', inputSchema: { type: 'object' } },
        { name: 'hang', inputSchema: { type: 'object' } },
      ],
    }));
    server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
      if (params.name === 'sure' && mcpReq.inputResponses === undefined)
        return {
          resultType: 'input_required',
          inputRequests: {
            q: {
              method: 'elicitation/create',
              params: { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } },
            },
          },
        };
      if (params.name === 'hang') {
        sent += 1;
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken: mcpReq._meta?.progressToken ?? '', progress: sent },
        });
        await new Promise((resolve) => mcpReq.signal.addEventListener('abort', resolve));
        cancelled();
      }
      return { content: [{ type: 'text', text: JSON.stringify(mcpReq.inputResponses ?? 'done') }] };
    });
    return server;
  });
  return startWeb(async ({ method, headers, body }, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const reply = await handler.fetch(
      new Request(`http://127.0.0.1/mcp`, {
        method,
        headers: headers as Record<string, string>,
        signal: gone.signal,
        ...(body !== '' && { body }),
      }),
    );
    response.writeHead(reply.status, Object.fromEntries(reply.headers));
    for await (const piece of reply.body ?? []) response.write(piece);
    response.end();
  });
}
const cancelled = jest.fn();

/** The SDK's server of 2025-11-25, with sessions. */
function old(): Promise<Web> & { sessions: Map<string, StreamableHTTPServerTransport> } {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const started = startWeb(async ({ headers, message }, response, raw) => {
    let transport = sessions.get(headers['mcp-session-id'] ?? '');
    if (!transport && message['method'] === 'initialize') {
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => randomUUID(),
        onsessioninitialized: (id) => void sessions.set(id, transport as StreamableHTTPServerTransport),
      });
      await oldServer().connect(transport);
    }
    if (!transport)
      return json(response, { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } }, 404);
    await transport.handleRequest(raw, response, Object.keys(message).length > 0 ? message : undefined);
  });
  return Object.assign(started, { sessions });
}

function oldServer(): OldServer {
  const server = new OldServer({ name: 'old', version: '1' }, { capabilities: { tools: {} } });
  server.registerTool('work', { description: 'works' }, () => ({ content: [{ type: 'text', text: 'done' }] }));
  server.registerTool('ask', { description: 'asks' }, async (extra) => {
    const answer = await server.server.elicitInput(
      { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } },
      { relatedRequestId: extra.requestId },
    );
    return { content: [{ type: 'text', text: answer.action }] };
  });
  server.registerTool('slow', { description: 'reports' }, async (extra) => {
    await extra.sendNotification({
      method: 'notifications/progress',
      params: { progressToken: extra._meta?.progressToken ?? '', progress: 1, message: 'half' },
    });
    return { content: [{ type: 'text', text: 'done' }] };
  });
  return server;
}

describe('a server of 2026-07-28', () => {
  test('is spoken to in its revision, with the headers that its schemas ask for and none of a proxy', async () => {
    const web = await modern();
    const upstream = upstreamOf({ url: web.url, headers: { 'x-ours': 'yes' } });
    const { server } = await upstream.list(contextOf().signal);
    expect(server).toMatchObject({ name: 'modern', protocol: '2026-07-28' });
    expect(textOf(await upstream.call(requestOf('work', { arguments: { city: 'Zürich' } }), contextOf()))).toBe(
      '"done"',
    );
    const call = web.received.find(({ message }) => message['method'] === 'tools/call');
    expect(call?.headers).toMatchObject({
      'mcp-name': 'work',
      'mcp-method': 'tools/call',
      'mcp-protocol-version': '2026-07-28',
      'mcp-param-city': `=?base64?${Buffer.from('Zürich').toString('base64')}?=`,
      'x-ours': 'yes',
    });
    expect(
      web.received.flatMap(({ headers }) => Object.keys(headers)).filter((name) => /forwarded/.test(name)),
    ).toEqual([]);
  });

  test('asks in its result, and is called again with the answers', async () => {
    const web = await modern();
    const upstream = upstreamOf({ url: web.url });
    const asked = await upstream.call(requestOf('sure'), contextOf());
    expect(asked).toMatchObject({ kind: 'input_required', requests: [{ key: 'q', method: 'elicitation/create' }] });
    const responses = { q: { action: 'accept', content: {} } };
    expect(textOf(await upstream.call(requestOf('sure', { responses }), contextOf()))).toBe(JSON.stringify(responses));
  });

  test('is told of a cancelled call by the end of its stream', async () => {
    const web = await modern();
    const upstream = upstreamOf({ url: web.url });
    const cancel = new AbortController();
    cancelled.mockClear();
    const report = (): void => cancel.abort(new Error('CANCELLED'));
    await expect(upstream.call(requestOf('hang'), contextOf({ signal: cancel.signal, report }))).rejects.toThrow(
      'CANCELLED',
    );
    await eventually('the cancellation', () => cancelled.mock.calls.length === 1);
    expect(web.methods()).not.toContain('notifications/cancelled');
  });
});

describe('a server of 2025-11-25', () => {
  test('is called in one session, and reports', async () => {
    const web = await old();
    const upstream = upstreamOf({ url: web.url });
    const seen: unknown[] = [];
    for (let n = 0; n < 3; n += 1)
      expect(
        textOf(await upstream.call(requestOf('slow'), contextOf({ report: (said) => void seen.push(said) }))),
      ).toBe('done');
    expect(seen).toEqual([1, 2, 3].map(() => ({ done: 1, message: 'half' })));
    expect(web.methods().filter((method) => method === 'initialize')).toHaveLength(1);
  });

  test('asks the call on whose stream it asks, though others are under way', async () => {
    const upstream = upstreamOf({ url: (await old()).url });
    const askAs = (action: string) => () =>
      new Promise<{ result: { action: string } }>((resolve) => setTimeout(() => resolve({ result: { action } }), 100));
    const both = ['accept', 'decline'].map((action) =>
      upstream.call(requestOf('ask'), contextOf({ ask: askAs(action) })),
    );
    expect((await Promise.all(both)).map(textOf)).toEqual(['accept', 'decline']);
  });

  test('that has lost the session is initialized again, and what it did not do is done', async () => {
    const starting = old();
    const web = await starting;
    const upstream = upstreamOf({ url: web.url });
    await upstream.call(requestOf('work'), contextOf());
    starting.sessions.clear();
    expect(textOf(await upstream.call(requestOf('work'), contextOf()))).toBe('done');
    expect(web.methods().filter((method) => method === 'initialize')).toHaveLength(2);
  });
});

test('a server of 2024-11-05 is found out, and called', async () => {
  let transport: SSEServerTransport | undefined;
  const web = await startWeb(async ({ method, path, message }, response, raw) => {
    if (method === 'GET' && path === '/mcp') {
      transport = new SSEServerTransport('/messages', response);
      return oldServer().connect(transport);
    }
    if (path.startsWith('/messages')) return transport?.handlePostMessage(raw, response, message);
    response.writeHead(404).end();
  });
  const upstream = upstreamOf({ url: web.url });
  expect(textOf(await upstream.call(requestOf('work'), contextOf()))).toBe('done');
});

/** A server of 2026-07-28 by hand, whose calls become tasks. */
function tasked(): Promise<Web> {
  let answers: unknown;
  let looks = 0;
  return startWeb(({ message }, response) => {
    const { id, method, params } = message as { id: number; method: string; params: Record<string, unknown> };
    const result = (value: object): void =>
      json(response, { jsonrpc: '2.0', id, result: { resultType: 'complete', ...value } });
    const task = { taskId: 't1', createdAt: '', lastUpdatedAt: '', ttlMs: null, pollIntervalMs: 200 };
    switch (method) {
      case 'server/discover':
        return result({
          supportedVersions: ['2026-07-28'],
          capabilities: { tools: {} },
          ttlMs: 0,
          cacheScope: 'private',
        });
      case 'tools/list':
        return result({ tools: [{ name: 'work', inputSchema: { type: 'object' } }], ttlMs: 0, cacheScope: 'private' });
      case 'tools/call':
        return json(response, { jsonrpc: '2.0', id, result: { resultType: 'task', status: 'working', ...task } });
      case 'tasks/update':
        answers = params['inputResponses'];
        return result({});
      case 'tasks/get': {
        const asked = { q: { method: 'elicitation/create', params: { message: 'Sure?' } } };
        if (params['taskId'] !== 't1')
          return json(response, { jsonrpc: '2.0', id, error: { code: -32602, message: 'Unknown task' } });
        if (answers !== undefined) looks += 1; // what is answered is shown once more
        return looks < 2
          ? result({ ...task, status: 'input_required', inputRequests: asked })
          : result({
              ...task,
              status: 'completed',
              result: { content: [{ type: 'text', text: JSON.stringify(answers) }] },
            });
      }
      default:
        return json(response, {
          jsonrpc: '2.0',
          id,
          result: { resultType: 'complete', contents: [{ uri: 'a://b', text: 'c' }], ttlMs: 0, cacheScope: 'private' },
        });
    }
  });
}

describe('a task of 2026-07-28', () => {
  const task = { id: 't1', dialect: '2026-07-28', pollMs: 200 } as const;
  const request = { upstream: 'up', tool: 'work', caller: 'c', task };

  test('is told, asks, and is followed with the answers to its result', async () => {
    const upstream = upstreamOf({ url: (await tasked()).url });
    expect(await upstream.call(requestOf('work'), contextOf())).toEqual({ kind: 'task', task });
    expect(await upstream.follow(request, contextOf())).toEqual({
      kind: 'input_required',
      requests: [{ key: 'q', method: 'elicitation/create', params: { message: 'Sure?' } }],
    });
    const responses = { q: { action: 'accept' } };
    expect(textOf(await upstream.follow({ ...request, responses }, contextOf()))).toBe(JSON.stringify(responses));
  });

  test('that nobody knows any more has come to an unknown end', async () => {
    const upstream = upstreamOf({ url: (await tasked()).url });
    expect(await failureOf(upstream.follow({ ...request, task: { ...task, id: 'gone' } }, contextOf()))).toMatchObject({
      type: 'outcome_unknown',
      message: expect.stringContaining('no longer knows the task') as string,
    });
  });
});

test('a resource is read as it came, without what belongs to the frame', async () => {
  const upstream = upstreamOf({ url: (await tasked()).url });
  const read = upstream.read(
    { upstream: 'up', method: 'resources/read', params: { uri: 'a://b' } },
    contextOf().signal,
  );
  expect(await read).toEqual({ contents: [{ uri: 'a://b', text: 'c' }] });
});

describe('what becomes of a call', () => {
  test('that could not be sent: nothing was done', async () => {
    const web = await startWeb(legacy((request, response) => json(response, answered(request))));
    const upstream = upstreamOf({ url: web.url });
    await upstream.call(requestOf('work'), contextOf());
    await web.stop();
    // A call that goes out as the server ends may be lost on the way.
    const refused = await eventually('a refusal', async () => {
      const failed = await failureOf(upstream.call(requestOf('work'), contextOf()));
      return failed.type === 'unavailable' && failed;
    });
    expect(refused).toMatchObject({
      message: expect.stringContaining('Upstream up cannot be reached (ECONNREFUSED).') as string,
      sideEffect: 'none',
    });
  });

  test.each([
    ['the connection is cut', (_request: Received, response: { destroy(): void }) => response.destroy()],
    [
      'it fails',
      (_request: Received, response: { writeHead(status: number): { end(): void } }) => response.writeHead(500).end(),
    ],
    [
      'its stream ends',
      (_request: Received, response: { writeHead(status: number, headers: object): { end(text: string): void } }) =>
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n'),
    ],
    [
      'it answers with what is none',
      (_request: Received, response: { writeHead(status: number, headers: object): { end(text: string): void } }) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hello</p>'),
    ],
  ])('that was sent, and then %s: nobody knows, and it is sent once', async (_what, onCall) => {
    const web = await startWeb(legacy(onCall));
    const upstream = upstreamOf({ url: web.url });
    expect(await failureOf(upstream.call(requestOf('work'), contextOf()))).toMatchObject({
      type: 'outcome_unknown',
      sideEffect: 'unknown',
    });
    expect(callsTo(web)).toBe(1);
  });

  test.each([
    [401, 'refused', /does not accept our credentials/],
    [418, 'refused', /turned the request away \(418\)/],
    [429, 'unavailable', /takes no more requests for now/],
  ])('that is turned away with %d: nothing was done', async (status, type, message) => {
    const web = await startWeb(
      legacy((_request, response) => void response.writeHead(status, { 'retry-after': '7' }).end('secret words')),
    );
    const failed = await failureOf(upstreamOf({ url: web.url }).call(requestOf('work'), contextOf()));
    expect(failed).toMatchObject({ type, message: expect.stringMatching(message) as string, sideEffect: 'none' });
    expect(failed.message).not.toContain('secret words');
  });

  test('that is to go to another origin: it does not', async () => {
    const elsewhere = await startWeb((request, response) => json(response, answered(request)));
    const web = await startWeb(
      legacy((_request, response) => void response.writeHead(307, { location: elsewhere.url }).end()),
    );
    expect(await failureOf(upstreamOf({ url: web.url }).call(requestOf('work'), contextOf()))).toMatchObject({
      type: 'refused',
      message: 'Upstream up leads elsewhere (307), which is not followed. Its operator corrects its url.',
    });
    expect(elsewhere.received).toEqual([]);
  });

  test.each(['application/json', 'text/event-stream'])(
    'that is answered with more than the limit, as %s',
    async (type) => {
      const web = await startWeb(
        legacy((request, response) => {
          const body = JSON.stringify({ ...answered(request), more: 'x'.repeat(50_000) });
          response.writeHead(200, { 'content-type': type }).end(type.startsWith('text') ? `data: ${body}\n\n` : body);
        }),
      );
      const upstream = upstreamOf({ url: web.url, limits: { max_bytes: 20_000 } });
      expect(await failureOf(upstream.call(requestOf('work'), contextOf()))).toMatchObject({
        type: 'too_large',
        message: 'Upstream up sent a message of more than 20000 bytes (limits.max_bytes).',
      });
      expect(callsTo(web)).toBe(1);
    },
  );
});

test('a server that fails when it is asked for its revisions is spoken to in the former ones', async () => {
  const web = await startWeb(
    legacy(
      (request, response) => json(response, answered(request)),
      ({ message }, response) => {
        if (message['method'] !== 'server/discover') return false;
        response.writeHead(500).end();
        return true;
      },
    ),
  );
  expect(textOf(await upstreamOf({ url: web.url }).call(requestOf('work'), contextOf()))).toBe('done');
});

test('one that is down is tried at longer and longer intervals, for the same reason', async () => {
  const web = await startWeb(() => undefined);
  await web.stop();
  const upstream = upstreamOf({ url: web.url });
  await failureOf(upstream.list(contextOf().signal));
  expect(await failureOf(upstream.list(contextOf().signal))).toMatchObject({
    type: 'unavailable',
    message: 'Upstream up cannot be reached (ECONNREFUSED). It is tried again in 1 s.',
  });
});

test('a token is had once for all, and again when it is no longer taken', async () => {
  let token = 0;
  let taken = 1;
  const web = await startWeb(
    legacy(
      (request, response) => json(response, answered(request)),
      ({ path, headers }, response) => {
        if (path === '/token') {
          json(response, { access_token: `t${(token += 1)}`, token_type: 'bearer', expires_in: 3_600 });
          return true;
        }
        if (headers['authorization'] === `Bearer t${taken}`) return false;
        response.writeHead(401).end();
        return true;
      },
    ),
  );
  const token_url = web.url.replace('/mcp', '/token');
  const upstream = upstreamOf({
    url: web.url,
    oauth: { client_id: 'id', client_secret: 'se:cret', scope: 'all', token_url },
  });
  await upstream.call(requestOf('work'), contextOf());
  expect(token).toBe(1);
  taken = 2;
  expect(textOf(await upstream.call(requestOf('work'), contextOf()))).toBe('done');
  const [asked] = web.received.filter(({ path }) => path === '/token');
  expect(asked?.body).toBe('grant_type=client_credentials&scope=all');
  expect(asked?.headers['authorization']).toBe(`Basic ${Buffer.from('id:se%3Acret').toString('base64')}`);
});

describe('an output', () => {
  const withSchema = (outputSchema: object, structuredContent: unknown): Promise<Web> =>
    startWeb(
      legacy(
        (request, response) =>
          json(response, { jsonrpc: '2.0', id: request.message['id'], result: { ...done, structuredContent } }),
        ({ message: { id, method } }, response) => {
          if (method !== 'tools/list') return false;
          json(response, {
            jsonrpc: '2.0',
            id,
            result: { tools: [{ name: 'work', inputSchema: { type: 'object' }, outputSchema }] },
          });
          return true;
        },
      ),
    );
  const notesFor = async (schema: object, output: unknown): Promise<readonly string[]> => {
    const answer = await upstreamOf({ url: (await withSchema(schema, output)).url }).call(
      requestOf('work'),
      contextOf(),
    );
    if (answer.kind !== 'result') throw new Error(answer.kind);
    expect(answer.result['structuredContent']).toEqual(output);
    return (answer.notes ?? []).filter((note) => !note.startsWith('The definition'));
  };
  const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };

  test('that fits its schema is relayed without a word', async () => {
    expect(await notesFor(schema, { n: 1 })).toEqual([]);
  });

  test('that breaks its own schema is relayed, and said to', async () => {
    expect(await notesFor(schema, { n: 'one' })).toEqual(['What work gave does not fit its own output schema.']);
  });

  test('whose schema has an expression that never ends does not hold up anybody', async () => {
    const hostile = { type: 'object', properties: { s: { type: 'string', pattern: '^(a+)+$' } } };
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 20);
    expect(await notesFor(hostile, { s: `${'a'.repeat(40)}!` })).toEqual([
      expect.stringContaining('could not be found out'),
    ]);
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(20);
  });
});
