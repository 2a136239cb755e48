/** The SDK clients on a page of another origin, where the browser lets through what CORS allows. No Temporal: no job is started. */
import { Client as V2Client, StreamableHTTPClientTransport as V2Transport } from '@modelcontextprotocol/client';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { pino } from 'pino';
import { startGateway } from '../../gateway/gateway';
import type { Gateway } from '../../gateway/gateway';
import { configFor, newTenant } from '../fixtures/stack';
import { tools } from '../fixtures/workflows/tools';

const { keys, headers } = newTenant();
let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway(configFor('127.0.0.1:1', { keys }), tools, pino({ level: 'silent' }));
});
afterAll(() => gateway.stop());

const list = (response: Response, header: string): string[] =>
  (response.headers.get(header) ?? '').split(',').map((name) => name.trim());
/** Headers of answers that a page may always read. */
const SAFE = ['cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified'];

/** `fetch` as a browser gives it to a page on `origin`: asks first, and hides what is not exposed. */
const pageFetch =
  (origin: string): typeof fetch =>
  async (url, init = {}) => {
    const { method = 'GET', headers: sent } = init;
    const names = [...new Headers(sent).keys()];
    const asked = { 'access-control-request-method': method, 'access-control-request-headers': names.join(',') };
    const may = await fetch(url, { method: 'OPTIONS', headers: { origin, ...asked } });
    const letThrough =
      may.ok &&
      may.headers.get('access-control-allow-origin') === origin &&
      list(may, 'access-control-allow-methods').includes(method) &&
      names.every((name) => list(may, 'access-control-allow-headers').includes(name));
    if (!letThrough) throw new TypeError('Failed to fetch');
    const answer = await fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(sent)), origin } });
    if (answer.headers.get('access-control-allow-origin') !== origin) throw new TypeError('Failed to fetch');
    const exposed = [...SAFE, ...list(answer, 'access-control-expose-headers')];
    const visible = [...answer.headers].filter(([name]) => exposed.includes(name));
    const { status } = answer;
    return new Response(status === 202 ? null : answer.body, { status, headers: visible });
  };

const origin = 'http://localhost:6274';

test('a 2025 client on a page has its session, and learns that there is no stream', async () => {
  const client = new V1Client({ name: 'page', version: '1' });
  const errors: Error[] = [];
  client.onerror = (error) => void errors.push(error);
  const transport = new V1Transport(new URL(gateway.url), { requestInit: { headers }, fetch: pageFetch(origin) });
  await client.connect(transport);
  expect(transport.sessionId).toBeDefined();
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
  await client.close();
  expect(errors).toEqual([]);
});

test('a 2026-07-28 client on a page lists the tools', async () => {
  const client = new V2Client({ name: 'page', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new V2Transport(new URL(gateway.url), { requestInit: { headers }, fetch: pageFetch(origin) }));
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
  await client.close();
});

test('a page on a foreign origin gets through to nothing', async () => {
  const client = new V1Client({ name: 'page', version: '1' });
  const fetch = pageFetch('https://evil.example');
  const transport = new V1Transport(new URL(gateway.url), { requestInit: { headers }, fetch });
  await expect(client.connect(transport as Parameters<typeof client.connect>[0])).rejects.toThrow('Failed to fetch');
});
