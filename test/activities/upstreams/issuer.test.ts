/** Tokens by client credentials from where the metadata of an issuer says (RFC 9728 of the server, RFC 8414 of the issuer). */
import { json, legacy, startWeb, stopAll } from './web';
import type { Received, Web } from './web';
import { closeAll, contextOf, failureOf, requestOf, textOf, upstreamOf } from './world';

afterEach(async () => {
  await closeAll();
  await stopAll();
});

interface Issuer extends Web {
  readonly issuer: string;
  /** What has asked for tokens. */
  asked(): Received[];
}

/** An authorization server with a tenant in its address. */
async function issuing(): Promise<Issuer> {
  let granted = 0;
  const web = await startWeb(({ path }, response) => {
    if (path === '/.well-known/oauth-authorization-server/acme')
      return json(response, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        response_types_supported: ['code'],
        grant_types_supported: ['client_credentials'],
        token_endpoint_auth_methods_supported: ['client_secret_basic'],
      });
    if (path === '/acme/token')
      return json(response, { access_token: `t${(granted += 1)}`, token_type: 'bearer', expires_in: 3_600 });
    response.writeHead(404).end();
  });
  const issuer = web.url.replace('/mcp', '/acme');
  return Object.assign(web, { issuer, asked: () => web.received.filter(({ path }) => path === '/acme/token') });
}

/** A server that takes the tokens of an issuer, and says whose. */
function protectedBy(issuer: string, taken: { token: string }): Promise<Web> {
  return startWeb((request, response, raw) => {
    const { path, headers } = request;
    const resource = `http://${headers['host']}/mcp`;
    if (path.startsWith('/.well-known/oauth-protected-resource'))
      return json(response, { resource, authorization_servers: [issuer] });
    if (headers['authorization'] !== `Bearer ${taken.token}`)
      return json(response, {}, 401, {
        'www-authenticate': `Bearer resource_metadata="http://${headers['host']}/.well-known/oauth-protected-resource/mcp"`,
      });
    return legacy(({ message }, answer) =>
      json(answer, { jsonrpc: '2.0', id: message['id'], result: { content: [{ type: 'text', text: 'done' }] } }),
    )(request, response, raw);
  });
}

const oauth = (issuer: string) => ({ client_id: 'us', client_secret: 'secret', scope: 'tools', issuer });

test('a token is had from the issuer that is configured, once for all, and again when it is no longer taken', async () => {
  const issuer = await issuing();
  const taken = { token: 't1' };
  const web = await protectedBy(issuer.issuer, taken);
  const upstream = upstreamOf({ url: web.url, oauth: oauth(issuer.issuer) });
  for (let n = 0; n < 2; n += 1) expect(textOf(await upstream.call(requestOf('work'), contextOf()))).toBe('done');
  expect(issuer.asked()).toHaveLength(1);
  const [asked] = issuer.asked();
  expect(Object.fromEntries(new URLSearchParams(asked?.body))).toMatchObject({
    grant_type: 'client_credentials',
    scope: 'tools',
    resource: web.url,
  });
  expect(asked?.headers['authorization']).toBe(`Basic ${Buffer.from('us:secret').toString('base64')}`);
  taken.token = 't2';
  expect(textOf(await upstream.call(requestOf('work'), contextOf()))).toBe('done');
  expect(issuer.asked()).toHaveLength(2);
});

test('a server that names another issuer gets nobody the secret, and the call is refused', async () => {
  const [ours, theirs] = [await issuing(), await issuing()];
  const web = await protectedBy(theirs.issuer, { token: 't1' });
  const failed = await failureOf(
    upstreamOf({ url: web.url, oauth: oauth(ours.issuer) }).call(requestOf('work'), contextOf()),
  );
  expect(failed).toMatchObject({
    type: 'refused',
    message: 'Upstream up does not accept our credentials. Its operator renews them in its settings.',
    sideEffect: 'none',
  });
  expect([ours.asked(), theirs.asked()]).toEqual([[], []]);
});

test('a call that the server turns away, and for which there is no other token, was not made', async () => {
  const issuer = await issuing();
  const taken = { token: 't1' };
  const web = await protectedBy(issuer.issuer, taken);
  const upstream = upstreamOf({ url: web.url, oauth: oauth(issuer.issuer) });
  await upstream.call(requestOf('work'), contextOf());
  taken.token = 'none';
  expect(await failureOf(upstream.call(requestOf('work'), contextOf()))).toMatchObject({
    type: 'refused',
    sideEffect: 'none',
  });
  await issuer.stop();
  expect(await failureOf(upstream.call(requestOf('work'), contextOf()))).toMatchObject({ sideEffect: 'none' });
});

test('the headers that are set for a server go to it with each request, and to no issuer', async () => {
  const issuer = await issuing();
  const web = await protectedBy(issuer.issuer, { token: 't1' });
  const headers = { 'X-Key': 'of the operator' };
  const upstream = upstreamOf({ url: web.url, headers, oauth: oauth(issuer.issuer) });
  expect(textOf(await upstream.call(requestOf('work'), contextOf()))).toBe('done');
  expect(new Set(web.received.map((request) => request.headers['x-key']))).toEqual(new Set(['of the operator']));
  expect(new Set(issuer.received.map((request) => request.headers['x-key']))).toEqual(new Set([undefined]));
  expect(issuer.asked()).toHaveLength(1);
});

test('without token_url and issuer there is nobody to ask', async () => {
  const web = await startWeb(() => undefined);
  const upstream = upstreamOf({ url: web.url, oauth: { client_id: 'us', client_secret: 's' } });
  expect(await failureOf(upstream.call(requestOf('work'), contextOf()))).toMatchObject({
    type: 'refused',
    message: 'The oauth of upstream up needs token_url or issuer. Its operator adds one.',
  });
});
