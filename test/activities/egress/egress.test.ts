/** Redirects, the time that a request may take, and that nothing is left open. */
import type { RequestListener } from 'node:http';
import { createEgress } from '../../../activities/egress/egress';
import { asked, canary, reasonOf, saying, serving, trickle } from './world';

test('a redirect is simply the reply unless it is to be followed', async () => {
  const [url, allow] = await serving((_request, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${canary.port}/` }).end(),
  );
  const reply = await createEgress({ allow: [allow, `127.0.0.1:${canary.port}`] })(url, asked());
  expect(reply.status).toBe(302);
  expect(canary.knocks).toBe(0);
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

test('a host that never begins with TLS ends with the time that was given, and the connection with it', async () => {
  const { url, allow, closed } = await saying('');
  expect(await reasonOf(createEgress({ allow })(url.replace('http:', 'https:'), asked({ timeoutMs: 200 })))).toBe(
    'timeout',
  );
  await closed;
});

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

test('a request may be cancelled while the host is silent', async () => {
  const stop = new AbortController();
  const [url, allow] = await serving(() => stop.abort());
  expect(await reasonOf(createEgress({ allow: [allow] })(url, asked({ signal: stop.signal })))).toBe('cancelled');
});

test('a request that was cancelled before connects to nothing', async () => {
  let connections = 0;
  const [url, allow, server] = await serving((_request, response) => response.end());
  server.on('connection', () => (connections += 1));
  const egress = createEgress({ allow: [allow] });
  expect(await reasonOf(egress(url, asked({ signal: AbortSignal.abort() })))).toBe('cancelled');
  await egress(url, asked()); // a connection of the first would have come before this one
  expect(connections).toBe(1);
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

test('after any end no connection is left', async () => {
  const endings: Record<string, RequestListener> = {
    '/whole': (_request, response) => response.end('x'),
    '/large': (_request, response) => response.end('x'.repeat(10_000)),
    '/moved': (_request, response) => response.writeHead(302, { location: '/whole' }).end(),
    '/silent': () => undefined,
    '/cut': (_request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('x', () => response.destroy());
    },
  };
  const [url, allow, server] = await serving((request, response) => endings[request.url ?? '']?.(request, response));
  let connections = 0;
  const closed: Promise<unknown>[] = [];
  server.on('connection', (socket) => {
    connections += 1;
    closed.push(new Promise((resolve) => socket.on('close', resolve)));
  });
  const egress = createEgress({ allow: [allow] });
  const paths = Object.keys(endings).flatMap((path) => Array.from({ length: 5 }, () => path));
  const reasons = await Promise.all(
    paths.map((path) => {
      const timeoutMs = path === '/silent' ? 1_000 : 10_000;
      return reasonOf(egress(`${url}${path}`, asked({ timeoutMs, redirects: 1 })));
    }),
  );
  expect(new Set(reasons)).toEqual(new Set([200, 'too_large', 'timeout', 'connection']));
  await Promise.all(closed);
  expect(connections).toBe(30); // a redirect has two
});
