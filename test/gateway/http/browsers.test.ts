/** Pages as clients, and clients that look for OAuth. No Temporal: behind the front there is only a yes. */
import { pino } from 'pino';
import { startGateway } from '../../../gateway/gateway';
import type { FrontNeeds } from '../../../gateway/http/front';
import { LIMITS, closeFronts, openFront } from '../../fixtures/front';
import { configFor } from '../../fixtures/stack';

const fronting = async (changes: Partial<FrontNeeds> = {}): Promise<string> => {
  const { url } = await openFront({
    allowedHosts: ['127.0.0.1', 'app.example.com'],
    answer: (_request, response) => void response.writeHead(200, { 'mcp-session-id': 's' }).end('taken'),
    ...changes,
  });
  return url;
};
let url: string;

beforeAll(async () => {
  url = await fronting();
});
afterAll(closeFronts);

const origin = 'https://app.example.com:8443';
const post = (headers: Record<string, string>, body = '{}'): Promise<Response> =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
const preflight = (headers: Record<string, string>, path = '/mcp'): Promise<Response> =>
  fetch(new URL(path, url), { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST', ...headers } });
const listIn = (response: Response, header: string): string[] => (response.headers.get(header) ?? '').split(', ');

test('a browser that asks for a page on an allowed origin is told what the page may send, without a key', async () => {
  const asked = 'authorization, content-type, idempotency-key, holdfast-patience, MCP-Param-Region, x-other';
  const response = await preflight({ origin, 'access-control-request-headers': asked });
  expect([response.status, await response.text()]).toEqual([204, '']);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'POST, GET, DELETE',
    'access-control-max-age': '7200',
    vary: 'Origin, Access-Control-Request-Headers',
    allow: 'POST, OPTIONS',
  });
  const allowed = listIn(response, 'access-control-allow-headers');
  const wanted = 'authorization content-type idempotency-key holdfast-patience holdfast-callback mcp-protocol-version';
  expect(allowed).toEqual(expect.arrayContaining([...wanted.split(' '), 'mcp-session-id', 'mcp-param-region']));
  expect(allowed).not.toContain('x-other');
});

test.each<[string, Record<string, string>, string, number]>([
  ['an answer', { authorization: 'Bearer key' }, '{}', 200],
  ['a refusal for want of a key', {}, '{}', 401],
  ['a refusal of what is no JSON', { authorization: 'Bearer key' }, '{', 400],
])('the page can read %s', async (_what, headers, body, status) => {
  const response = await post({ origin, ...headers }, body);
  expect([response.status, response.headers.get('access-control-allow-origin'), response.headers.get('vary')]).toEqual([
    status,
    origin,
    'Origin',
  ]);
  expect(listIn(response, 'access-control-expose-headers')).toEqual(
    expect.arrayContaining(['mcp-session-id', 'mcp-protocol-version', 'www-authenticate', 'retry-after']),
  );
});

test('a page learns that there is no stream to GET', async () => {
  const response = await fetch(url, { headers: { origin } });
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([405, origin]);
});

test('a page on a foreign origin is refused, and may not read that', async () => {
  const foreign = { origin: 'https://evil.example' };
  for (const response of [await preflight(foreign), await post(foreign), await preflight(foreign, '/register')]) {
    expect(response.status).toBe(403);
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});

test('a client that is no page gets no CORS headers', async () => {
  const response = await post({ authorization: 'Bearer key' });
  expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  expect((await preflight({})).status).toBe(204);
});

test.each([
  '/.well-known/oauth-protected-resource',
  '/.well-known/oauth-protected-resource/mcp',
  '/.well-known/oauth-authorization-server',
  '/mcp/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration/mcp',
  '/register',
  '/mcp/register',
  '/authorize?client_id=x',
  '/token',
])('who looks for OAuth at %s is told to send a key', async (path) => {
  for (const method of ['GET', 'POST']) {
    const response = await fetch(new URL(path, url), { method, headers: { origin } });
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/json']);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(await response.json()).toEqual({
      error: 'not_found',
      error_description:
        'This gateway has no OAuth. Send an API key of this gateway with each request to /mcp: Authorization: Bearer <key>.',
    });
  }
  expect((await preflight({ origin }, path)).status).toBe(204);
});

test('a gateway has the limits, and says of keys, what its configuration says', async () => {
  const limits = { ...LIMITS, bytes: 20_000 };
  const gateway = await startGateway(configFor('127.0.0.1:1', { limits }), [], pino({ level: 'silent' }));
  try {
    expect((await fetch(gateway.url, { method: 'POST', body: 'x'.repeat(20_001) })).status).toBe(413);
    const register = await fetch(new URL('/register', gateway.url), { method: 'POST' });
    expect(await register.text()).toContain('Callers need no key');
  } finally {
    await gateway.stop();
  }
});

test('who looks for OAuth at a gateway without keys is told to send none', async () => {
  const open = await fronting({ keyed: false });
  const response = await fetch(new URL('/.well-known/oauth-protected-resource', open));
  expect(await response.json()).toEqual({
    error: 'not_found',
    error_description: 'This gateway has no OAuth. Callers need no key: send requests to /mcp without Authorization.',
  });
});

test.each(['/.well-known/security.txt', '/registered', '/other'])('%s is nothing, in words', async (path) => {
  const response = await fetch(new URL(path, url));
  expect([response.status, await response.text()]).toEqual([404, 'Nothing is here. The MCP endpoint is /mcp.\n']);
});
