/** What servers say in errors of HTTP: some of it is an answer, some means that the session is gone. */
import { json, legacy, startWeb, stopAll } from './web';
import type { Received, Web } from './web';
import { closeAll, contextOf, failureOf, requestOf, textOf, upstreamOf } from './world';

afterEach(async () => {
  await closeAll();
  await stopAll();
});

const done = { content: [{ type: 'text', text: 'done' }] };
const callsIn = (web: Web): Received[] => web.received.filter(({ message }) => message['method'] === 'tools/call');

/** A server of 2026-07-28 by hand: what `answers` says of a method comes before what is said of all. */
function modern(
  answers: Readonly<Record<string, (request: Received) => { status?: number; body: object }>>,
): Promise<Web> {
  return startWeb((request, response) => {
    const { id, method } = request.message;
    const result = (value: object): object => ({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...value } });
    const said = answers[String(method)]?.(request);
    if (said) return json(response, { jsonrpc: '2.0', id, ...said.body }, said.status);
    if (method === 'server/discover')
      return json(
        response,
        result({
          supportedVersions: ['2026-07-28'],
          capabilities: { tools: {}, resources: {}, prompts: {} },
          ttlMs: 0,
          cacheScope: 'private',
        }),
      );
    if (method === 'tools/list')
      return json(response, result({ tools: [{ name: 'work', inputSchema: { type: 'object' } }] }));
    return json(response, result(done));
  });
}

test('a list that a server of 2026-07-28 does not have, which it says with 404, is an empty one', async () => {
  const unknown = (): { status: number; body: object } => ({
    status: 404,
    body: { error: { code: -32601, message: 'Method not found' } },
  });
  const web = await modern({
    'resources/list': () => ({
      body: { result: { resultType: 'complete', resources: [{ uri: 'a://b', name: 'b' }] } },
    }),
    'resources/templates/list': unknown,
    'prompts/list': unknown,
  });
  const offer = await upstreamOf({ url: web.url }).list(contextOf().signal);
  expect(offer).toMatchObject({
    tools: [{ name: 'work' }],
    resources: [{ uri: 'a://b' }],
    resourceTemplates: [],
    prompts: [],
    left: [],
  });
});

test('an error that answers the call is a result in the words of the server, whatever its status', async () => {
  const web = await modern({
    'tools/call': () => ({ status: 404, body: { error: { code: -32601, message: 'There is no such thing.' } } }),
  });
  const answer = await upstreamOf({ url: web.url }).call(requestOf('work'), contextOf());
  expect(answer).toMatchObject({ kind: 'result', result: { isError: true } });
  expect(textOf(answer)).toBe('There is no such thing.');
});

test("an error that answers nothing of ours turns the call away, and its words are nobody's", async () => {
  const web = await modern({
    'tools/call': () => ({ status: 404, body: { id: 'another', error: { code: -32601, message: 'secret words' } } }),
  });
  expect(await failureOf(upstreamOf({ url: web.url }).call(requestOf('work'), contextOf()))).toEqual({
    type: 'refused',
    message: 'Upstream up turned the request away (404). Its operator checks its url.',
    sideEffect: 'none',
  });
});

describe('a call whose headers do not fit the body (-32020)', () => {
  const mismatch = { status: 400, body: { error: { code: -32020, message: 'Mcp-Param-City is missing.' } } };
  const withCity = { name: 'work', inputSchema: { type: 'object', properties: { city: { 'x-mcp-header': 'City' } } } };

  test('is called again with those of the schema as it is now', async () => {
    let changed = false;
    const web = await modern({
      'tools/list': () => ({
        body: { result: { resultType: 'complete', tools: [changed ? withCity : { name: 'work' }] } },
      }),
      'tools/call': ({ headers }) => {
        changed = true;
        return headers['mcp-param-city'] === 'Bern'
          ? { body: { result: { resultType: 'complete', ...done } } }
          : mismatch;
      },
    });
    const request = requestOf('work', { arguments: { city: 'Bern' } });
    expect(textOf(await upstreamOf({ url: web.url }).call(request, contextOf()))).toBe('done');
    expect(callsIn(web).map(({ headers }) => headers['mcp-param-city'])).toEqual([undefined, 'Bern']);
  });

  test('is called again once, and no more', async () => {
    const web = await modern({ 'tools/call': () => mismatch });
    expect(textOf(await upstreamOf({ url: web.url }).call(requestOf('work'), contextOf()))).toBe(
      'Mcp-Param-City is missing.',
    );
    expect(callsIn(web)).toHaveLength(2);
  });

  test('is not called again where a definition was approved that is no longer there', async () => {
    const web = await modern({ 'tools/call': () => mismatch });
    const upstream = upstreamOf({ url: web.url });
    const failed = await failureOf(upstream.call(requestOf('work', { exact: true }), contextOf()));
    expect(failed).toMatchObject({ type: 'refused', sideEffect: 'none' });
    expect(callsIn(web)).toEqual([]);
  });
});

describe('a session that the server has lost is begun anew, and the call is made', () => {
  const answered = ({ message }: Received): object => ({ jsonrpc: '2.0', id: message['id'], result: done });
  const unknown = (id: unknown): object => ({
    jsonrpc: '2.0',
    id,
    error: { code: -32001, message: 'Session not found' },
  });

  test.each([
    ['404', 404, () => unknown(null)],
    [
      '400',
      400,
      () => ({ jsonrpc: '2.0', id: null, error: { code: -32000, message: 'Bad Request: no valid session' } }),
    ],
    ['an answer of -32001', 200, ({ message }: Received) => unknown(message['id'])],
  ])('%s', async (_what, status, body) => {
    let lost = true;
    const web = await startWeb(
      legacy((request, response) => {
        json(response, lost ? body(request) : answered(request), lost ? status : 200);
        lost = false;
      }),
    );
    expect(textOf(await upstreamOf({ url: web.url }).call(requestOf('work'), contextOf()))).toBe('done');
    expect(web.methods().filter((method) => method === 'initialize')).toHaveLength(2);
    expect(callsIn(web)).toHaveLength(2);
  });

  test('but no more than once', async () => {
    const web = await startWeb(legacy((_request, response) => json(response, unknown(null), 404)));
    expect(await failureOf(upstreamOf({ url: web.url }).call(requestOf('work'), contextOf()))).toMatchObject({
      type: 'unavailable',
      message: 'Upstream up has lost the session (404).',
      sideEffect: 'none',
    });
    expect(callsIn(web)).toHaveLength(2);
  });
});

describe('a message that is nested too deeply', () => {
  const deep = `${'['.repeat(100)}${']'.repeat(100)}`;

  test.each([
    ['application/json', (body: string) => body],
    ['text/event-stream', (body: string) => `data: ${body}\n\n`],
    ['text/event-stream, with a quote in a comment', (body: string) => `: "\ndata: ${body}\n\n`],
  ])('ends the call, as %s', async (what, framed) => {
    const web = await startWeb(
      legacy(({ message }, response) => {
        const body = `{"jsonrpc":"2.0","id":${JSON.stringify(message['id'])},"result":{"content":${deep}}}`;
        response.writeHead(200, { 'content-type': what.split(',')[0] }).end(framed(body));
      }),
    );
    expect(await failureOf(upstreamOf({ url: web.url }).call(requestOf('work'), contextOf()))).toMatchObject({
      type: 'too_large',
      message: 'Upstream up sent a message nested deeper than 64 levels.',
    });
    expect(callsIn(web)).toHaveLength(1);
  });
});
