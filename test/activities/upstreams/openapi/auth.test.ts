/** How an API is shown who asks; and that no credential comes out again. */
import { api, called, failureOf, inTurn, json, offerOf, operationAt, plain, resultOf, sent, upstreamOf } from './world';
import type { Answering } from './world';
import type { Given } from '../../../../workflows/upstream-contract';

const SECRET = 'sesame-"42"';

const secured = (securitySchemes: object, security: object[], operation: object = {}): Given =>
  operationAt(operation, '/things', 'get', { components: { securitySchemes }, security });

const scheme = (type: object): Given => secured({ s: type }, [{ s: [] }]);

test.each([
  ['a header', { type: 'apiKey', in: 'header', name: 'X-Key' }, 'key-value', { 'x-key': 'key-value' }],
  ['a cookie', { type: 'apiKey', in: 'cookie', name: 'session' }, 'key-value', { cookie: 'session=key-value' }],
  ['Basic', { type: 'http', scheme: 'Basic' }, 'user:pass', { authorization: 'Basic dXNlcjpwYXNz' }],
  ['a bearer', { type: 'http', scheme: 'bearer' }, 'token-value', { authorization: 'Bearer token-value' }],
  ['OpenID Connect', { type: 'openIdConnect' }, 'token-value', { authorization: 'Bearer token-value' }],
  [
    'a token of OAuth',
    { type: 'oauth2', flows: { implicit: {} } },
    'token:value',
    { authorization: 'Bearer token:value' },
  ],
])('by %s', async (_what, type, value, headers) => {
  expect((await sent(scheme(type), {}, { auth: { s: value } })).headers).toMatchObject(headers);
});

test('by a parameter of the query, beside those of the caller', async () => {
  const document = secured({ s: { type: 'apiKey', in: 'query', name: 'key' } }, [{ s: [] }], {
    parameters: [{ name: 'a', in: 'query' }],
  });
  expect((await sent(document, { a: 1 }, { auth: { s: 'x&y' } })).url).toBe('/things?a=1&key=x%26y');
});

test('a caller has no argument for what the operator has a credential for', async () => {
  const document = secured({ s: { type: 'apiKey', in: 'query', name: 'key' } }, [{ s: [] }], {
    parameters: [{ name: 'key', in: 'query', required: true }],
  });
  const { tools } = await offerOf(document, { auth: { s: 'value' } });
  expect(tools[0]?.inputSchema).toMatchObject({ properties: {} });
});

const KEYS = {
  a: { type: 'apiKey', in: 'header', name: 'X-A' },
  b: { type: 'apiKey', in: 'header', name: 'X-B' },
};

test.each([
  [[{ a: [] }, { b: [] }], { b: 'value-b' }, [undefined, 'value-b']],
  [[{ a: [], b: [] }], { a: 'value-a', b: 'value-b' }, ['value-a', 'value-b']],
  [[{ a: [], b: [] }], { a: 'value-a' }, [undefined, undefined]],
  [[{}, { a: [] }], { a: 'value-a' }, ['value-a', undefined]],
])('of the requirements %j the first is met that %j can meet', async (security, auth, keys) => {
  const { headers } = await sent(secured(KEYS, security), {}, { auth });
  expect([headers['x-a'], headers['x-b']]).toEqual(keys);
});

test('an operation’s own requirements go before the document’s', async () => {
  const { headers } = await sent(secured(KEYS, [{ a: [] }], { security: [] }), {}, { auth: { a: 'value-a' } });
  expect(headers['x-a']).toBeUndefined();
});

test('a value for a scheme that the document has not, or that is not understood, is told', async () => {
  const document = secured({ a: KEYS.a, d: { type: 'http', scheme: 'digest' } }, []);
  expect((await offerOf(document, { auth: { d: 'x', z: 'x' } })).left).toEqual([
    'auth.z is for no security scheme of the document: it has a, d.',
    'auth.d is not used: its kind of security scheme is not understood.',
  ]);
});

test('a 401 names the value that is missing', async () => {
  const { url } = await api(json({}, 401));
  const answer = await called(upstreamOf(secured(KEYS, [{ a: [] }]), { base_url: url }));
  expect(answer).toMatchObject({
    result: { isError: true },
    notes: [expect.anything(), 'No value is set for auth.a.'],
  });
});

const oauth = secured({ s: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: '/token', scopes: {} } } } }, [
  { s: ['read', 'write'] },
]);

/** A server that gives tokens, and takes the last of them only. */
const tokens = (given: readonly object[], taken: readonly string[]): Answering => {
  const give = inTurn(...given.map((one) => json(one)));
  return (request, ...rest) => {
    if (request.url === '/token') give(request, ...rest);
    else json({}, taken.includes(request.headers.authorization ?? '') ? 200 : 401)(request, ...rest);
  };
};

test('client credentials get a token, which serves several calls', async () => {
  const { url, requests } = await api(tokens([{ access_token: 'token-1', expires_in: 3600 }], ['Bearer token-1']));
  const upstream = upstreamOf(oauth, { base_url: url, auth: { s: 'id:secret-1' } });
  await Promise.all([called(upstream), called(upstream)]);
  await called(upstream);
  expect(requests.map((request) => request.url)).toEqual(['/token', '/things', '/things', '/things']);
  expect(requests[0]).toMatchObject({
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('id:secret-1').toString('base64')}` },
  });
  expect(String(requests[0]?.body)).toBe('grant_type=client_credentials&scope=read+write');
});

test.each([
  ['is over', [{ access_token: 'token-1', expires_in: 1 }], ['/token', '/things', '/token', '/things']],
  [
    'was withdrawn',
    [{ access_token: 'token-0' }, { access_token: 'token-1' }],
    ['/token', '/things', '/token', '/things', '/things'],
  ],
])('a token that %s is replaced', async (_what, given, urls) => {
  const { url, requests } = await api(tokens(given, ['Bearer token-1']));
  const upstream = upstreamOf(oauth, { base_url: url, auth: { s: 'id:secret-1' } });
  for (let calls = 0; calls < 2; calls += 1) expect(await resultOf(called(upstream))).not.toHaveProperty('isError');
  expect(requests.map((request) => request.url)).toEqual(urls);
});

test('a token that is always refused is asked for twice, not for ever', async () => {
  const { url, requests } = await api(tokens([{ access_token: 'token-0' }], []));
  expect(await resultOf(called(upstreamOf(oauth, { base_url: url, auth: { s: 'id:secret-1' } })))).toMatchObject({
    isError: true,
  });
  expect(requests.map((request) => request.url)).toEqual(['/token', '/things', '/token', '/things']);
});

test.each([
  [400, 'refused'],
  [500, 'unavailable'],
])('a token server that answers %i: %s, and nothing was sent', async (status, type) => {
  const { url, requests } = await api(json({ error: 'secret-1' }, status));
  const failed = await failureOf(called(upstreamOf(oauth, { base_url: url, auth: { s: 'id:secret-1' } })));
  expect(failed).toMatchObject({ type, sideEffect: 'none' });
  expect(failed.message).not.toContain('secret-1');
  expect(requests.length).toBe(1);
});

test('a token server that somebody else names is not reached at a private address', async () => {
  const inner = await api();
  const flows = { clientCredentials: { tokenUrl: `${inner.url}/token` } };
  const document = secured({ s: { type: 'oauth2', flows } }, [{ s: [] }]);
  const { url } = await api();
  expect((await failureOf(called(upstreamOf(document, { base_url: url, auth: { s: 'id:secret-1' } })))).type).toBe(
    'refused',
  );
  expect(inner.requests).toEqual([]);
});

/** Repeats all that it was sent. */
const echo =
  (type: string, status = 200): Answering =>
  (request, response) => {
    const text = JSON.stringify({ url: request.url, headers: request.headers });
    response.writeHead(status, { 'content-type': type, link: `<http://x${request.url}>` }).end(text);
  };

test.each([
  ['application/json', 200],
  ['text/plain', 200],
  ['application/octet-stream', 200],
  ['image/png', 200],
  ['application/json', 403],
])('an API that repeats the credentials (%s, %i) does not bring them out', async (type, status) => {
  const document = secured(
    {
      key: { type: 'apiKey', in: 'query', name: 'key' },
      basic: { type: 'http', scheme: 'basic' },
      cookie: { type: 'apiKey', in: 'cookie', name: 'c' },
    },
    [{ key: [], basic: [], cookie: [] }],
  );
  const { url, requests } = await api(echo(type, status));
  const auth = { key: SECRET, basic: 'user:other-secret', cookie: 'third-secret' };
  const upstream = upstreamOf(document, { base_url: url, auth, headers: { 'X-Api-Token': 'Token fourth-secret' } });
  const answer = JSON.stringify(await called(upstream));
  expect(requests.length).toBe(1);
  const decoded = [...answer.matchAll(/[A-Za-z0-9+/]{20,}={0,2}/g)].map(([text]) =>
    Buffer.from(text, 'base64').toString(),
  );
  const all = [answer, ...decoded].join('\n');
  const forms = [
    SECRET,
    'sesame',
    'other-secret',
    'third-secret',
    'fourth-secret',
    Buffer.from(auth.basic).toString('base64'),
  ];
  expect(forms.filter((form) => all.includes(form))).toEqual([]);
  expect(all).toContain('[secret]');
});

test('what is no secret stays', async () => {
  const { url } = await api(plain('text/plain', '2022-11-28 application/json'));
  const headers = { 'X-Version': '2022-11-28', Accept: 'application/json' };
  const result = await resultOf(called(upstreamOf(operationAt({}), { base_url: url, headers })));
  expect(result.content).toEqual([{ type: 'text', text: '2022-11-28 application/json' }]);
});
