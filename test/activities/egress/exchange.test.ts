/** One request and its reply: what goes out, what comes back, and what is no reply. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createEgress } from '../../../activities/egress/egress';
import type * as egressModule from '../../../activities/egress/egress';
import { asked, canary, naming, reasonOf, saying, serving } from './world';

test('each request looks the name up anew, on a connection of its own', async () => {
  const peers = new Set<unknown>();
  const [, allow] = await serving(({ socket, headers }, response) => {
    peers.add(socket.remotePort);
    response.end(JSON.stringify(headers));
  });
  const at = `app.test:${allow.split(':')[1]}`;
  const lookup = naming('127.0.0.1');
  const egress = createEgress({ allow: [at] }, lookup);
  await egress(`http://${at}/`, asked());
  const { body } = await egress(`http://${at}/`, asked());
  expect(lookup.asked).toBe(2);
  expect(peers.size).toBe(2);
  expect(JSON.parse(String(body))).toMatchObject({ host: at, connection: 'close', 'accept-encoding': 'identity' });
});

test('over https the pinned address is asked for the name that was meant', async () => {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = `hooks.example.test:${(server.address() as AddressInfo).port}`;
  const told = reasonOf(createEgress({ allow: [at] }, naming('127.0.0.1'))(`https://${at}/`, asked()));
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  server.close();
  expect(await told).toBe('connection');
  expect(hello.includes('hooks.example.test')).toBe(true);
});

test('a host that does not speak TLS is not spoken to', async () => {
  const [url, allow] = await serving((_request, response) => response.end());
  expect(await reasonOf(createEgress({ allow: [allow] })(url.replace('http:', 'https:'), asked()))).toBe('tls');
});

test('proxies of the environment are not asked', async () => {
  const [url, allow] = await serving((_request, response) => response.end('direct'));
  const before = { ...process.env };
  Object.assign(process.env, {
    HTTP_PROXY: `http://127.0.0.1:${canary.port}`,
    http_proxy: `http://127.0.0.1:${canary.port}`,
  });
  const { body } = await createEgress({ allow: [allow] })(url, asked()).finally(() => (process.env = before));
  expect(String(body)).toBe('direct');
  expect(canary.knocks).toBe(0);
});

test('a post carries its body and headers, and its reply comes back whole', async () => {
  const [url, allow] = await serving((request, response) => {
    response.writeHead(418, { 'x-seen': String(request.headers['x-mine']) });
    request.pipe(response);
  });
  const reply = await createEgress({ allow: [allow] })(
    `${url}/path?q=1`,
    asked({ method: 'POST', body: 'hällo', headers: { 'X-Mine': 'yes', 'Accept-Encoding': 'gzip' } }),
  );
  expect(reply).toMatchObject({ status: 418, headers: { 'x-seen': 'yes' }, url: `${url}/path?q=1` });
  expect(String(reply.body)).toBe('hällo');
});

test('compression is not asked for, and not undone', async () => {
  const compressed = gzipSync('x'.repeat(1_000_000));
  const [url, allow] = await serving(({ headers }, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'x-asked': String(headers['accept-encoding']) });
    response.end(compressed);
  });
  const request = asked({ headers: { 'Accept-Encoding': 'gzip' }, maxBytes: 10_000 });
  const { headers, body } = await createEgress({ allow: [allow] })(url, request);
  expect(headers['x-asked']).toBe('identity');
  expect(body).toEqual(compressed);
});

test('of a header that comes twice, the first counts', async () => {
  const { url, allow } = await saying('HTTP/1.1 200 OK\r\nA: 1\r\na: 2\r\ncontent-length: 0\r\n\r\n');
  expect((await createEgress({ allow })(url, asked())).headers).toEqual({ a: '1', 'content-length': '0' });
});

test('a reply is read up to its limit and not further', async () => {
  let closed: Promise<unknown> = Promise.resolve();
  const [url, allow] = await serving((_request, response) => {
    closed = once(response, 'close');
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(1_000)));
    };
    response.on('drain', more);
    more();
  });
  expect(await reasonOf(createEgress({ allow: [allow] })(url, asked()))).toBe('too_large');
  await closed; // by us: the server would write for ever
});

test('a reply of exactly the limit is whole', async () => {
  const [url, allow] = await serving((_request, response) => response.end('x'.repeat(1_000)));
  expect((await createEgress({ allow: [allow] })(url, asked())).body).toHaveLength(1_000);
});

test('headers without end are too large', async () => {
  const [url, allow] = await serving((_request, response) =>
    response.writeHead(200, { big: 'x'.repeat(70_000) }).end(),
  );
  expect(await reasonOf(createEgress({ allow: [allow] })(url, asked()))).toBe('too_large');
});

const CHUNKED = 'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n';

test.each<[string, string, (socket: Socket) => void]>([
  ['a body with a length', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', (socket) => socket.end()],
  ['a body in chunks', CHUNKED, (socket) => socket.end()],
  ['a body in chunks, by a reset', CHUNKED, (socket) => socket.resetAndDestroy()],
  ['the headers', 'HTTP/1.1 200 OK\r\ncontent-le', (socket) => socket.end()],
])('a host that hangs up in the middle of %s gave no reply', async (_what, bytes, hangUp) => {
  const { url, allow } = await saying(bytes, hangUp);
  expect(await reasonOf(createEgress({ allow })(url, asked()))).toBe('connection');
});

test.each(['100 Continue', '103 Early Hints'])('a %s is not the reply', async (status) => {
  const { url, allow } = await saying(
    `HTTP/1.1 ${status}\r\nlink: </style.css>\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 4\r\n\r\nbody`,
  );
  const { status: final, body } = await createEgress({ allow })(url, asked());
  expect([final, String(body)]).toEqual([201, 'body']);
});

test.each([
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'],
  ['a protocol without a name', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
])('a host that changes to %s gave no reply, and is hung up on', async (_what, bytes) => {
  const { url, allow, closed } = await saying(bytes);
  expect(await reasonOf(createEgress({ allow })(url, asked()))).toBe('connection');
  await closed;
});

test('a body without a length that is torn off gave no reply', async () => {
  // Not before it is read: together with the data, the reset looks like an end to Node.
  let tear: () => void = () => undefined;
  const read = new Promise<void>((resolve) => (tear = resolve));
  const { url, allow } = await saying('HTTP/1.1 200 OK\r\n\r\nfirst half', (socket) => {
    void read.then(() => socket.resetAndDestroy());
  });
  subscribe('undici:request:headers', tear);
  expect(await reasonOf(createEgress({ allow })(url, asked()))).toBe('connection');
  unsubscribe('undici:request:headers', tear);
});

test('a body without a length is whole when the host closes', async () => {
  const { url, allow } = await saying('HTTP/1.1 200 OK\r\n\r\nall of it', (socket) => socket.end());
  expect(String((await createEgress({ allow })(url, asked())).body)).toBe('all of it');
});

test('nobody at the port is a failed connection', async () => {
  const [url, allow, server] = await serving(() => undefined);
  await new Promise((resolve) => server.close(resolve));
  expect(await reasonOf(createEgress({ allow: [allow] })(url, asked()))).toBe('connection');
});

test('a host that hangs up before the first request of this process could be sent gave no reply', async () => {
  jest.resetModules(); // undici loads its parser anew
  const fresh = jest.requireActual<typeof egressModule>('../../../activities/egress/egress');
  const allow = [`127.0.0.1:${canary.port}`];
  await expect(fresh.createEgress({ allow })(`http://127.0.0.1:${canary.port}/`, asked())).rejects.toMatchObject({
    reason: 'connection',
  });
  expect(canary.knocks).toBe(1);
});
