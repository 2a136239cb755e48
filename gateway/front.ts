/**
 * The HTTP front: who may speak to us, how much they may say, and how an answer leaves. MCP itself begins behind
 * `fetch`, which gets the body parsed and a request that is no more than what the SDK reads of it.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';
import type { McpHttpHandler } from '@modelcontextprotocol/server';
import type { Authenticate } from './auth';
import { BadBody, readJson } from './body';
import { RETRY_AFTER_S } from './errors';
import type { Unavailable } from './errors';
import type { Exchange } from './server';
import { pipe } from './stream';

/** The HTTP status of a call is held back this long while Temporal has not said whether it is durable. */
const FIRST_BYTE_MS = 800;
/** `name`, IPv4 or bracketed IPv6, and a port. Anything else could be read as a path by someone downstream. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i;

export interface FrontOptions {
  readonly allowedHosts: readonly string[];
  readonly authenticate: Authenticate;
  /** Answers that come at once: one JSON body. */
  readonly auto: McpHttpHandler;
  /** Calls that may take long: an event stream from the first moment. */
  readonly sse: McpHttpHandler;
  /** Remembers what belongs to the request object that the SDK is given. */
  readonly exchanges: WeakMap<object, Exchange>;
  readonly ready: () => Promise<boolean>;
  readonly draining: () => boolean;
  readonly onError: (error: unknown) => void;
}

/** Makes the HTTP server; it does not listen yet. Routes: `/mcp`, `/livez`, `/readyz`. */
export function frontOf(options: FrontOptions): HttpServer {
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 },
    (request, response) => {
      route(request, response, options).catch((error: unknown) => {
        options.onError(error);
        if (response.headersSent) response.destroy();
        else refuse(response, 500, -32603, 'Internal error. The gateway has logged it.');
      });
    },
  );
  server.maxConnections = 5_000;
  return server;
}

async function route(request: IncomingMessage, response: ServerResponse, options: FrontOptions): Promise<void> {
  if (options.draining()) response.setHeader('connection', 'close');
  const path = request.url?.split('?', 1)[0];
  if (path === '/livez') return plain(response, 200, 'alive');
  if (path === '/readyz') return readiness(response, options);
  if (path !== '/mcp') return plain(response, 404, 'Nothing is here. The MCP endpoint is /mcp.');

  const { host, origin } = request.headers;
  if (host === undefined || !HOST.test(host))
    return refuse(response, 400, -32600, 'The Host header is not a name with an optional port.');
  const hosts = [...options.allowedHosts];
  if (!validateHostHeader(host, hosts).ok)
    return refuse(
      response,
      403,
      -32600,
      `Host ${host} is not allowed here. The operator lists names in gateway.allowed_hosts.`,
    );
  if (!validateOriginHeader(origin, hosts).ok)
    return refuse(
      response,
      403,
      -32600,
      'This Origin is not allowed here. The operator lists names in gateway.allowed_hosts.',
    );
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    return refuse(response, 405, -32000, 'Method not allowed. This endpoint is stateless: POST only.');
  }

  const caller = options.authenticate(request.headers.authorization);
  if (!caller) {
    response.setHeader('www-authenticate', 'Bearer');
    return refuse(response, 401, -32001, 'Send an API key of this gateway: Authorization: Bearer <key>.');
  }
  let body: unknown;
  try {
    body = await readJson(request);
  } catch (error) {
    if (!(error instanceof BadBody)) return void response.destroy(); // the client hung up in mid-sentence
    response.setHeader('connection', 'close'); // the rest of the body is not read
    return refuse(response, error.status, error.code, error.message);
  }
  await exchange(request, response, body, caller, options);
}

/** Hands one parsed request to the SDK and its answer back to the client. */
async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
  caller: Exchange['caller'],
  options: FrontOptions,
): Promise<void> {
  const hangUp = new AbortController();
  response.once('close', () => hangUp.abort());
  const header = (name: string): string | null => {
    const value = request.headers[name.toLowerCase()];
    return (Array.isArray(value) ? value.join(', ') : value) ?? null;
  };
  let settle: Exchange['settle'] = () => undefined;
  const settled = new Promise<Unavailable | undefined>((resolve) => (settle = resolve));
  // With `parsedBody` the SDK reads no more of a Request than this; a real one costs a third of the CPU of a request.
  const asked = {
    method: 'POST',
    url: 'http://holdfast.invalid/mcp',
    headers: { get: header },
    signal: hangUp.signal,
  } as unknown as Request;
  options.exchanges.set(asked, { caller, key: header('idempotency-key') ?? undefined, settle });

  const handler = methodOf(body) === 'tools/call' ? options.sse : options.auto;
  const answer = await handler.fetch(asked, { parsedBody: body });
  if (!answer.body || answer.headers.get('content-type')?.includes('event-stream') !== true) {
    const text = await answer.text();
    response.writeHead(answer.status, {
      ...Object.fromEntries(answer.headers),
      'content-length': String(Buffer.byteLength(text)),
    });
    return void response.end(text);
  }
  const chunks = answer.body.getReader();
  const first = chunks.read();
  const refusal = await Promise.race([settled, first.then(() => undefined), after(FIRST_BYTE_MS)]);
  if (refusal?.refused === true) {
    await chunks.cancel();
    response.setHeader('retry-after', RETRY_AFTER_S);
    return refuse(response, 503, -32000, refusal.message, idOf(body));
  }
  await pipe(answer, chunks, first, response);
}

async function readiness(response: ServerResponse, { draining, ready }: FrontOptions): Promise<void> {
  if (draining()) return plain(response, 503, 'draining');
  if (await ready()) return plain(response, 200, 'ready');
  response.setHeader('retry-after', RETRY_AFTER_S);
  plain(response, 503, 'Temporal is not reachable');
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

function refuse(
  response: ServerResponse,
  status: number,
  code: number,
  message: string,
  id: string | number | null = null,
): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }));
}

function methodOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'method' in body ? body.method : undefined;
}

function idOf(body: unknown): string | number | null {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref());
}
