/** What may be reached, what is connected to, and that nothing is left open. A canary on loopback counts who knocks. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { isPublic } from '../../../activities/egress/address';
import { EgressError, createEgress } from '../../../activities/egress/egress';
import type { EgressReply, EgressRequest, Lookup } from '../../../activities/egress/egress';

const asked = (changes: Partial<EgressRequest> = {}): EgressRequest => ({
  signal: new AbortController().signal,
  timeoutMs: 10_000,
  maxBytes: 1_000,
  ...changes,
});

/** Resolves every name to `addresses`, and counts how often it was asked. */
function naming(...addresses: string[]): Lookup & { asked: number } {
  const lookup = (): Promise<LookupAddress[]> => {
    lookup.asked += 1;
    return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
  lookup.asked = 0;
  return lookup;
}

const reasonOf = async (reply: Promise<EgressReply>): Promise<unknown> =>
  reply.then(
    ({ status }) => status,
    (error: unknown) => (error instanceof EgressError ? error.reason : error),
  );

let knocks = 0;
let port = 0;
const canaries: TcpServer[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  const knocked = (socket: Socket): void => {
    knocks += 1;
    socket.destroy();
  };
  for (const host of ['127.0.0.1', '::1']) {
    const canary = createTcpServer(knocked).listen(port, host);
    await once(canary, 'listening');
    ({ port } = canary.address() as AddressInfo);
    canaries.push(canary);
  }
});
beforeEach(() => (knocks = 0));
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});
afterAll(() => canaries.forEach((canary) => canary.close()));

/** A server on loopback, and the `allow` entry that lets it be reached. */
async function serving(listener: RequestListener, host = '127.0.0.1', at = 0): Promise<[url: string, allow: string]> {
  const server = createServer(listener).listen(at, host);
  servers.push(server);
  await once(server, 'listening');
  const authority = `${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  return [`http://${authority}`, authority];
}

/** A server that answers whatever it is asked with these bytes and then does as told; and the end of its connection. */
async function saying(bytes: string, then: (socket: Socket) => void = () => undefined) {
  let hungUp: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (hungUp = resolve));
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined).on('close', () => server.close(hungUp));
    socket.once('data', () => socket.write(bytes, () => then(socket)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const allow = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${allow}`, allow: [allow], closed };
}

/** `P` stands for the canary's port. */
const hostile: readonly (readonly [url: string, reason: EgressError['reason']])[] = [
  ['https://127.0.0.1:P/', 'forbidden_address'],
  ['https://127.1:P/', 'forbidden_address'],
  ['https://127.0.1:P/', 'forbidden_address'],
  ['https://2130706433:P/', 'forbidden_address'],
  ['https://0x7f000001:P/', 'forbidden_address'],
  ['https://0x7f.1:P/', 'forbidden_address'],
  ['https://0x7f.0x0.0x0.0x1:P/', 'forbidden_address'],
  ['https://0177.0.0.1:P/', 'forbidden_address'],
  ['https://017700000001:P/', 'forbidden_address'],
  ['https://127.0.0.1.:P/', 'forbidden_address'],
  ['https://%31%32%37.0.0.1:P/', 'forbidden_address'],
  ['https://１２７.０.０.１:P/', 'forbidden_address'],
  ['https://127。0。0。1:P/', 'forbidden_address'],
  ['https:127.0.0.1:P/', 'forbidden_address'],
  ['https:\\\\127.0.0.1:P\\', 'forbidden_address'],
  ['  https://127.0.0.1:P/  ', 'forbidden_address'],
  ['https://127.255.255.254:P/', 'forbidden_address'],
  ['https://0.0.0.0:P/', 'forbidden_address'],
  ['https://0:P/', 'forbidden_address'],
  ['https://[::1]:P/', 'forbidden_address'],
  ['https://[0:0:0:0:0:0:0:1]:P/', 'forbidden_address'],
  ['https://[::]:P/', 'forbidden_address'],
  ['https://[::ffff:127.0.0.1]:P/', 'forbidden_address'],
  ['https://[::ffff:7f00:1]:P/', 'forbidden_address'],
  ['https://[::ffff:0:127.0.0.1]:P/', 'forbidden_address'],
  ['https://[::127.0.0.1]:P/', 'forbidden_address'],
  ['https://[64:ff9b::127.0.0.1]:P/', 'forbidden_address'],
  ['https://[64:ff9b:1::10.0.0.1]:P/', 'forbidden_address'],
  ['https://[2002:7f00:1::]:P/', 'forbidden_address'],
  ['https://[2001:0:4136:e378:8000:63bf:80ff:fffe]:P/', 'forbidden_address'],
  ['https://[fe80::1]:P/', 'forbidden_address'],
  ['https://[fc00::1]:P/', 'forbidden_address'],
  ['https://[fd12:3456::1]:P/', 'forbidden_address'],
  ['https://[fec0::1]:P/', 'forbidden_address'],
  ['https://[ff02::1]:P/', 'forbidden_address'],
  ['https://[100::1]:P/', 'forbidden_address'],
  ['https://[2001:db8::1]:P/', 'forbidden_address'],
  ['https://10.0.0.1:P/', 'forbidden_address'],
  ['https://172.16.0.1:P/', 'forbidden_address'],
  ['https://192.168.0.1:P/', 'forbidden_address'],
  ['https://100.64.0.1:P/', 'forbidden_address'],
  ['https://169.254.169.254/latest/meta-data/', 'forbidden_address'],
  ['https://168.63.129.16:32526/vmSettings', 'forbidden_address'],
  ['https://0xa83f8110/', 'forbidden_address'],
  ['https://100.100.100.200/latest/meta-data/', 'forbidden_address'],
  ['https://192.0.0.192/opc/v2/', 'forbidden_address'],
  ['https://[fd00:ec2::254]/latest/meta-data/', 'forbidden_address'],
  ['https://[fd20:ce::254]/computeMetadata/', 'forbidden_address'],
  ['https://192.0.0.8:P/', 'forbidden_address'],
  ['https://192.0.2.1:P/', 'forbidden_address'],
  ['https://198.18.0.1:P/', 'forbidden_address'],
  ['https://224.0.0.1:P/', 'forbidden_address'],
  ['https://240.0.0.1:P/', 'forbidden_address'],
  ['https://255.255.255.255:P/', 'forbidden_address'],
  ['https://localhost:P/', 'forbidden_address'],
  ['https://LOCALHOST:P/', 'forbidden_address'],
  ['http://127.0.0.1:P/', 'bad_url'],
  ['http://[::1]:P/', 'bad_url'],
  ['HTTP://localhost:P/', 'bad_url'],
  ['https://user:secret@127.0.0.1:P/', 'bad_url'],
  ['https://example.com@127.0.0.1:P/', 'bad_url'],
  ['https://:secret@127.0.0.1:P/', 'bad_url'],
  ['https://127.0.0.1:0/', 'bad_url'],
  ['https://127.0.0.1:99999/', 'bad_url'],
  ['https://[fe80::1%25lo]:P/', 'bad_url'],
  ['https://256.1.1.1:P/', 'bad_url'],
  ['https://', 'bad_url'],
  ['127.0.0.1:P', 'bad_url'],
  ['//127.0.0.1:P/', 'bad_url'],
  ['file:///etc/passwd', 'bad_url'],
  ['ftp://127.0.0.1:P/', 'bad_url'],
  ['gopher://127.0.0.1:P/_', 'bad_url'],
  ['data:text/plain,hello', 'bad_url'],
  ['blob:https://127.0.0.1:P/1', 'bad_url'],
  ['', 'bad_url'],
];

test.each(hostile)('%s is refused, and nobody knocks', async (url, reason) => {
  const told = createEgress({ allow: [] })(url.replace(':P', `:${port}`), asked());
  expect(await reasonOf(told)).toBe(reason);
  expect(knocks).toBe(0);
});

test('the canary hears a knock where it is allowed', async () => {
  const allow = [`127.0.0.1:${port}`, `[::1]:${port}`];
  expect(await reasonOf(createEgress({ allow })(`http://127.0.0.1:${port}/`, asked()))).toBe('connection');
  expect(await reasonOf(createEgress({ allow })(`http://[::1]:${port}/`, asked()))).toBe('connection');
  expect(knocks).toBe(2);
});

test.each([
  [['127.0.0.1']],
  [['::1']],
  [['::ffff:127.0.0.1']],
  [['64:ff9b::7f00:1']],
  [['fe80::1%lo']],
  [['8.8.8.8', '127.0.0.1']],
  [['168.63.129.16']],
  [['2606:4700::1111', '::1']],
  [['not an address']],
])('a name that leads to %s is refused', async (addresses) => {
  const egress = createEgress({ allow: [] }, naming(...addresses));
  expect(await reasonOf(egress(`https://inside.test:${port}/`, asked()))).toBe('forbidden_address');
  expect(knocks).toBe(0);
});

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '168.63.129.15',
  '168.63.129.17',
  '172.32.0.1',
  '100.128.0.1',
  '2606:4700::1111',
  '2a00:1450:4001::200e',
])('%s is public', (address) => expect(isPublic(address)).toBe(true));

test('a name that changes its address after the check changes nothing', async () => {
  const [, allow] = await serving((_request, response) => response.end('checked'));
  const [, atPort] = allow.split(':');
  const before = naming('127.0.0.1');
  const after = naming('::1'); // where the same port would answer, too
  await serving((_request, response) => response.end('rebound'), '::1', Number(atPort));
  let lookups = 0;
  const egress = createEgress({ allow: [`app.test:${atPort}`] }, (name) => (lookups++ === 0 ? before : after)(name));
  const { body } = await egress(`http://app.test:${atPort}/`, asked());
  expect(String(body)).toBe('checked');
  expect(lookups).toBe(1);
});

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
  Object.assign(process.env, { HTTP_PROXY: `http://127.0.0.1:${port}`, http_proxy: `http://127.0.0.1:${port}` });
  const { body } = await createEgress({ allow: [allow] })(url, asked()).finally(() => (process.env = before));
  expect(String(body)).toBe('direct');
  expect(knocks).toBe(0);
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

test('a redirect is simply the reply unless it is to be followed', async () => {
  const [url, allow] = await serving((_request, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end(),
  );
  const reply = await createEgress({ allow: [allow, `127.0.0.1:${port}`] })(url, asked());
  expect(reply.status).toBe(302);
  expect(knocks).toBe(0);
});

test.each([
  ['https to loopback', 'https://127.0.0.1:P/', 'forbidden_address'],
  ['https to loopback in another spelling', '//0x7f.1:P/', 'bad_url'],
  ['plain http', 'http://localhost:P/', 'bad_url'],
  ['a file', 'file:///etc/passwd', 'bad_url'],
  ['credentials', 'https://a:b@127.0.0.1:P/', 'bad_url'],
  ['no address', 'https://[', 'redirect'],
])('a redirect to %s is refused like a first address', async (_what, location, reason) => {
  const [url, allow] = await serving((_request, response) =>
    response.writeHead(307, { location: location.replace('P', String(port)) }).end(),
  );
  expect(await reasonOf(createEgress({ allow: [allow] })(url, asked({ redirects: 5 })))).toBe(reason);
  expect(knocks).toBe(0);
});

test('redirects are followed as often as asked, and then no more', async () => {
  const [url, allow] = await serving(({ url: path = '' }, response) => {
    const left = Number(path.slice(1));
    if (left > 0) response.writeHead(302, { location: `/${left - 1}` });
    response.end();
  });
  const egress = createEgress({ allow: [allow] });
  expect(await egress(`${url}/2`, asked({ redirects: 2 }))).toMatchObject({ status: 200, url: `${url}/0` });
  expect(await reasonOf(egress(`${url}/3`, asked({ redirects: 2 })))).toBe('redirect');
});

test('a redirect becomes a GET unless it says otherwise', async () => {
  const [url, allow] = await serving(({ method, headers, url: path }, response) => {
    if (path === '/') return response.end(JSON.stringify({ method, headers }));
    return response.writeHead(Number(path?.slice(1)), { location: '/' }).end();
  });
  const ask = async (status: number): Promise<unknown> => {
    const request = asked({ method: 'POST', body: '{}', headers: { 'x-mine': 'yes' }, redirects: 1 });
    return JSON.parse(String((await createEgress({ allow: [allow] })(`${url}/${status}`, request)).body));
  };
  expect(await ask(303)).toMatchObject({ method: 'GET', headers: { 'x-mine': 'yes' } });
  expect(await ask(307)).toMatchObject({ method: 'POST', headers: { 'x-mine': 'yes', 'content-length': '2' } });
});

test('what the operator allows is no place that another origin may redirect to', async () => {
  let reached = 0;
  const [target, other] = await serving((_request, response) => {
    reached += 1;
    response.end('secret');
  });
  const [elsewhere, there] = await serving((_request, response) =>
    response.writeHead(302, { location: `${target}/secret` }).end(),
  );
  const egress = createEgress({ allow: [there, other] });
  expect(await reasonOf(egress(elsewhere, asked({ redirects: 1 })))).toBe('bad_url');
  expect(reached).toBe(0);
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

test.each<[string, RequestListener]>([
  ['no reply', () => undefined],
  ['a body that trickles', (_request, response) => trickle(response)],
])('%s ends with the time that was given, and the connection with it', async (_what, listener) => {
  let closed: Promise<unknown> = Promise.resolve();
  const [url, allow] = await serving((request, response) => {
    closed = new Promise((resolve) => request.socket.on('close', resolve)); // however: a reset is an end, too
    listener(request, response);
  });
  expect(await reasonOf(createEgress({ allow: [allow] })(url, asked({ timeoutMs: 200 })))).toBe('timeout');
  await closed;
});

/** One byte at a time: no single wait is long. */
function trickle(response: Parameters<RequestListener>[1]): void {
  const timer = setInterval(() => response.write('.'), 20);
  response.on('close', () => clearInterval(timer));
}

test('redirects share the time that was given', async () => {
  const [url, allow] = await serving((_request, response) => {
    setTimeout(() => response.writeHead(302, { location: '/' }).end(), 60); // slower than none, and faster than the whole
  });
  expect(await reasonOf(createEgress({ allow: [allow] })(url, asked({ timeoutMs: 200, redirects: 1_000 })))).toBe(
    'timeout',
  );
});

test('a name that takes for ever to look up ends with the time that was given', async () => {
  const egress = createEgress({ allow: [] }, () => new Promise(() => undefined));
  expect(await reasonOf(egress('https://slow.test/', asked({ timeoutMs: 50 })))).toBe('timeout');
});

test('a name that nobody knows says so', async () => {
  const egress = createEgress({ allow: [] }, () => Promise.reject(new Error('ENOTFOUND')));
  expect(await reasonOf(egress('https://nowhere.test/', asked()))).toBe('host_not_found');
  expect(await reasonOf(createEgress({ allow: [] }, naming())('https://nowhere.test/', asked()))).toBe(
    'host_not_found',
  );
});

test('whoever asked may change their mind, before and during', async () => {
  const stop = new AbortController();
  const [url, allow] = await serving(() => stop.abort());
  const egress = createEgress({ allow: [allow] });
  expect(await reasonOf(egress(url, asked({ signal: stop.signal })))).toBe('cancelled');
  const again = jest.fn();
  const [unasked, allowToo] = await serving(again);
  expect(await reasonOf(createEgress({ allow: [allowToo] })(unasked, asked({ signal: stop.signal })))).toBe(
    'cancelled',
  );
  expect(again).not.toHaveBeenCalled();
});

test('a host that hangs up in mid-reply gave no reply', async () => {
  const [url, allow] = await serving((_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => response.destroy());
  });
  expect(await reasonOf(createEgress({ allow: [allow] })(url, asked()))).toBe('connection');
});

test.each([
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'],
  ['a protocol without a name', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
])('a host that changes to %s gave no reply, and is hung up on', async (_what, bytes) => {
  const { url, allow, closed } = await saying(bytes);
  expect(await reasonOf(createEgress({ allow })(url, asked()))).toBe('connection');
  await closed;
});

test.each([
  ['a promise of a reply', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['half of a body without a length', 'HTTP/1.1 200 OK\r\n\r\nfirst half'],
  ['half of a body with a length', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nfirst half'],
])('a host that says no more than %s gave no reply, whoever loses patience', async (_what, bytes) => {
  const late = await saying(bytes);
  expect(await reasonOf(createEgress(late)(late.url, asked({ timeoutMs: 200 })))).toBe('timeout');
  await late.closed;
  const stop = new AbortController();
  const unwanted = await saying(bytes, () => stop.abort());
  expect(await reasonOf(createEgress(unwanted)(unwanted.url, asked({ signal: stop.signal })))).toBe('cancelled');
  await unwanted.closed;
});

test('a body without a length that is torn off gave no reply', async () => {
  // Not before it is read: together with the data, the reset looks like an end to Node.
  let tear: () => void = () => undefined;
  const read = new Promise<void>((resolve) => (tear = resolve));
  const { url, allow } = await saying('HTTP/1.1 200 OK\r\n\r\nfirst half', (socket) => {
    void read.then(() => socket.resetAndDestroy());
  });
  subscribe('http.client.response.finish', tear);
  expect(await reasonOf(createEgress({ allow })(url, asked()))).toBe('connection');
  unsubscribe('http.client.response.finish', tear);
});

test('a body without a length is whole when the host closes', async () => {
  const { url, allow } = await saying('HTTP/1.1 200 OK\r\n\r\nall of it', (socket) => socket.end());
  expect(String((await createEgress({ allow })(url, asked())).body)).toBe('all of it');
});

test('nobody at the port is a failed connection', async () => {
  const [url, allow] = await serving(() => undefined);
  const server = servers.pop();
  await new Promise((resolve) => server?.close(resolve));
  expect(await reasonOf(createEgress({ allow: [allow] })(url, asked()))).toBe('connection');
});

test('after any end no timer and no listener is left', async () => {
  const [url, allow] = await serving((_request, response) => response.end());
  const { signal } = new AbortController();
  const [added, removed] = [jest.spyOn(signal, 'addEventListener'), jest.spyOn(signal, 'removeEventListener')];
  const [set, cleared] = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'clearTimeout')];
  const timeoutMs = 3_600_000;
  await createEgress({ allow: [allow] })(url, asked({ signal, timeoutMs }));
  await reasonOf(createEgress({ allow: [] })(url, asked({ signal, timeoutMs })));
  expect(added).toHaveBeenCalledTimes(2);
  expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(added.mock.calls.map(([, listener]) => listener));
  const ours = set.mock.results.filter((_result, n) => set.mock.calls[n]?.[1] === timeoutMs);
  expect(ours).toHaveLength(2);
  for (const { value } of ours) expect(cleared).toHaveBeenCalledWith(value);
  jest.restoreAllMocks();
});

test('an error says what is wrong and repeats nothing of the address', async () => {
  const error: unknown = await createEgress({ allow: [] })('https://127.0.0.1/hush', asked()).catch(
    (thrown: unknown) => thrown,
  );
  expect(String(error)).toBe('EgressError: The address is not on the public internet.');
});
