import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Gateway } from '../../../gateway/gateway';
import { newLedger } from '../../fixtures/ledger';
import { FOREIGN_HOSTS, FOREIGN_ORIGINS, FOREIGN_TARGETS, MALFORMED_HOSTS } from '../../fixtures/names';
import { legacy, legacySession, modern, post } from '../../fixtures/raw';
import { startTestGateway, startTestWorker, textOf } from '../../fixtures/stack';
import { eventually } from '../../fixtures/eventually';
import type { TestWorker } from '../../fixtures/stack';

let gateway: Gateway;
let stranded: Gateway;
let worker: TestWorker;

beforeAll(async () => {
  const nowhere = { temporal: { connectionOptions: { address: '127.0.0.1:1' }, namespace: 'default' } };
  [gateway, stranded, worker] = await Promise.all([startTestGateway(), startTestGateway(nowhere), startTestWorker()]);
});
afterAll(async () => {
  await Promise.all([gateway.stop(), stranded.stop(), worker.stop()]);
});

const origin = (): string => new URL(gateway.url).origin;
/** fetch forbids setting Host; node:http does not. */
const statusWith = (headers: Record<string, string | string[]>, path = '/mcp'): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request(
      gateway.url,
      { method: 'POST', path, headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    asked.on('error', reject).end('{}');
  });

test.each(FOREIGN_HOSTS)('the foreign Host %s is refused', async (host) => {
  expect(await statusWith({ host })).toBe(403);
});

test.each(MALFORMED_HOSTS)('the malformed Host %j is a bad request, not an error of ours', async (host) => {
  expect(await statusWith({ host })).toBe(400);
});

test.each(FOREIGN_ORIGINS)('the foreign Origin %s is refused', async (from) => {
  expect(await statusWith({ origin: from })).toBe(403);
});

test('a second Origin is refused, whatever the first is', async () => {
  expect(await statusWith({ origin: ['http://localhost/', 'https://evil.example'] })).toBe(403);
});

test.each(FOREIGN_TARGETS)('the target %s is not this endpoint', async (target) => {
  expect([400, 403, 404]).toContain(await statusWith({}, target));
});

test.each(['GET', 'DELETE', 'PUT'])('%s is answered with 405 and what is allowed', async (method) => {
  const response = await fetch(gateway.url, { method });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
});

test('any other path is 404', async () => {
  expect((await fetch(`${origin()}/other`)).status).toBe(404);
});

test('a body that is not JSON is a parse error', async () => {
  const { status, message } = await post(gateway.url, '{"jsonrpc":');
  expect([status, message.error?.code]).toEqual([400, -32700]);
});

test('a body over 1 MiB is refused with 413', async () => {
  expect(
    (await post(gateway.url, { jsonrpc: '2.0', id: 1, method: 'ping', params: { x: 'x'.repeat(1_100_000) } })).status,
  ).toBe(413);
});

test('the largest body that an operator may allow is one that Temporal takes', async () => {
  const bytes = 1_900_000;
  const wide = await startTestGateway({ limits: { bytes, depth: 64, values: 10_000, batch: 10 } });
  const args = { ledger: newLedger().path, steps: [], fail: '' };
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'walk', arguments: args } };
  args.fail = 'x'.repeat(bytes - JSON.stringify(call).length);
  const { message } = await post(wide.url, call, { 'mcp-protocol-version': '2025-06-18' });
  await wide.stop();
  expect(message.result).toMatchObject({ structuredContent: { walked: [] } });
});

test('a body with too many values is refused before anything looks at them', async () => {
  const { status, message } = await post(gateway.url, {
    jsonrpc: '2.0',
    id: 1,
    method: 'ping',
    params: { x: Array.from({ length: 20_000 }, () => 0) },
  });
  expect([status, message.error?.message]).toEqual([400, 'The request holds more than 10000 values.']);
});

test('a body nested too deep is refused', async () => {
  expect((await post(gateway.url, `${'['.repeat(100)}${']'.repeat(100)}`)).status).toBe(400);
});

test('a batch over ten messages is refused', async () => {
  const batch = Array.from({ length: 11 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' }));
  expect((await post(gateway.url, batch)).status).toBe(400);
});

const ping = { jsonrpc: '2.0', id: 7, method: 'ping' };

test.each(['2025-03-26', '2024-11-05'])('a batch is answered on %s', async (version) => {
  const { status, text } = await post(gateway.url, [ping], { 'mcp-protocol-version': version });
  expect([status, text.includes('"id":7')]).toEqual([200, true]);
});

test.each(['2025-06-18', '2025-11-25', '2026-07-28'])('a batch is refused on %s', async (version) => {
  const { status, message } = await post(gateway.url, [ping], { 'mcp-protocol-version': version });
  expect([status, message.error?.code]).toEqual([400, -32600]);
});

test.each([
  ['2025-11-25', 400],
  ['2025-06-18', 400],
  ['2025-03-26', 200],
])('a batch without a revision in a session of %s is answered with %i', async (version, status) => {
  const { session } = await legacySession(gateway.url, {}, version);
  expect((await post(gateway.url, [ping], { 'mcp-session-id': session })).status).toBe(status);
});

test('a session is of the revision that was negotiated, and only initialize that succeeds begins one', async () => {
  const { session, initialized } = await legacySession(gateway.url, { elicitation: {} }, '1999-01-01');
  expect(initialized['protocolVersion']).toBe('2025-11-25');
  expect(JSON.parse(Buffer.from(session.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({
    version: '2025-11-25',
    can: ['elicitation'],
  });
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params };
  const refused = await post(gateway.url, initialize, { accept: 'application/json' });
  expect([refused.status, refused.headers.get('mcp-session-id')]).toEqual([406, null]);
});

test('a batch under one idempotency key is refused', async () => {
  expect((await post(gateway.url, [ping], { 'idempotency-key': 'k' })).status).toBe(400);
});

test('a refusal carries the id of the request where it can be read, and none where it cannot', async () => {
  const huge = `{"jsonrpc":"2.0","id":9007199254740993,"method":"ping","params":${'['.repeat(100)}${']'.repeat(100)}}`;
  expect(JSON.parse((await post(gateway.url, huge)).text)).not.toHaveProperty('id');
  const changed = '{"jsonrpc":"2.0","id":7,"method":"ping","params":{"of":725653563933458432}}';
  expect(JSON.parse((await post(gateway.url, changed)).text)).toMatchObject({ id: 7 });
  expect(JSON.parse((await post(gateway.url, '{')).text)).not.toHaveProperty('id');
});

test.each([
  ['a number', 5],
  ['one that was not given out', 'page-2'],
])('a cursor that is %s is invalid params', async (_what, cursor) => {
  for (const ask of [modern, legacy])
    expect((await ask(gateway.url, 'tools/list', { cursor })).message.error?.code).toBe(-32602);
});

test('two Host headers are refused', async () => {
  const raw = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  raw.end(
    'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  );
  const [answer] = (await once(raw, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 400/);
});

test('the first byte of a call comes before the job has ended', async () => {
  const ledger = newLedger();
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'walk', arguments: { ledger: ledger.path, steps: ['gated'] } },
  };
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-06-18',
    },
    body: JSON.stringify(body),
  });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(Buffer.from((first?.value ?? []) as Uint8Array).toString()).toMatch(/^: ok/);
  expect(response.headers.get('x-accel-buffering')).toBe('no');
  ledger.open('gated');
  await reader?.cancel();
});

test('a client that hangs up ends its wait, not the job', async () => {
  const ledger = newLedger();
  const { hostname, port } = new URL(gateway.url);
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'walk', arguments: { ledger: ledger.path, steps: ['gated'] } },
  });
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await ledger.written('begin gated');
  socket.destroy();
  ledger.open('gated');
  await ledger.written('end gated');
});

test('livez and readyz say that all is well', async () => {
  expect((await fetch(`${origin()}/livez`)).status).toBe(200);
  const ready = await fetch(`${origin()}/readyz`);
  expect([ready.status, (await ready.text()).split('\n', 1)]).toEqual([200, ['ready']]);
});

describe('with Temporal unreachable', () => {
  const url = (): string => stranded.url;

  test('livez is well and readyz is not', async () => {
    expect((await fetch(`${new URL(url()).origin}/livez`)).status).toBe(200);
    const ready = await fetch(`${new URL(url()).origin}/readyz`);
    expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '2']);
    // On a busy machine the first look may have no answer in time.
    await eventually('why', async () =>
      /^Nothing listens at 127\.0\.0\.1:\d+, the connection was refused: [^\n]+\n$/.test(
        await (await fetch(`${new URL(url()).origin}/readyz`)).text(),
      ),
    );
  });

  test('tools/list and initialize still answer', async () => {
    expect((await modern(url(), 'tools/list')).message.result).toHaveProperty('tools');
    const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
    expect((await legacy(url(), 'initialize', initialize)).message.result).toMatchObject({
      protocolVersion: '2025-06-18',
    });
  });

  test.each([
    ['2026-07-28', () => modern(url(), 'tools/call', { name: 'echo', arguments: { text: '' } })],
    ['2025-06-18', () => legacy(url(), 'tools/call', { name: 'echo', arguments: { text: '' } })],
  ])('a call of %s is refused with 503 before it is accepted', async (_version, call) => {
    const { status, headers, message } = await call();
    expect([status, headers.get('retry-after')]).toEqual([503, '2']);
    expect(message.error?.message).toContain('Nothing was done. Try again in 2 s.');
  });
});

test('a gateway that stops answers open waits with handles and then refuses connections', async () => {
  const ledger = newLedger();
  const leaving = await startTestGateway();
  const call = modern(leaving.url, 'tools/call', {
    name: 'walk',
    arguments: { ledger: ledger.path, steps: ['gated'] },
  });
  await ledger.written('begin gated');
  await leaving.stop();
  const { message } = await call;
  expect(textOf(message.result)).toContain('job_wait');
  await expect(fetch(leaving.url)).rejects.toThrow();

  ledger.open('gated');
  const { job_id } = message.result?.['structuredContent'] as { job_id: string };
  const elsewhere = await modern(gateway.url, 'tools/call', { name: 'job_wait', arguments: { job_ids: [job_id] } });
  expect(elsewhere.message.result).toMatchObject({ structuredContent: { walked: ['gated'] } });
});
