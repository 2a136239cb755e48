/** The HTTP front: who may speak to us, and how much they may say. MCP itself begins behind it. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import {
  ProtocolErrorCode,
  SUPPORTED_PROTOCOL_VERSIONS,
  classifyInboundRequest,
  isInitializeRequest,
  isJsonContentType,
  validateHostHeader,
  validateOriginHeader,
} from '@modelcontextprotocol/server';
import type { Caller } from '../../workflows/contract';
import type { Authenticate, Grant } from './auth';
import { BadBody, isRecord, malformedIn, readJson } from './body';
import { isCancellation } from '../mcp/cancelled';
import type { Cancellation } from '../mcp/cancelled';
import type { Elicitation } from '../mcp/elicitation';
import { RETRY_AFTER_S, Unavailable } from '../errors';
import { idOf, refuse } from '../mcp/exchange';
import type { Exchanger } from '../mcp/exchange';
import { subscriptionIn } from '../mcp/listen';
import type { Listeners } from '../mcp/listen';
import { NO_RESPONSES } from '../words/question';
import type { Sessions } from '../mcp/session';

const { InternalError: INTERNAL, InvalidParams: INVALID_PARAMS, InvalidRequest: INVALID } = ProtocolErrorCode;
const INITIALIZE_WANTS = 'initialize wants protocolVersion, capabilities and clientInfo with name and version.';
/** The revision whose subscriptions are served here. */
const MODERN = '2026-07-28';
/** Revisions with batches: 2025-03-26, 2024-11-05, and none named, which means the first of them. */
const BATCHING = new Set(['2025-03-26', '2024-11-05']);
/** `name`, IPv4 or bracketed IPv6, and a port. Anything else could be read as a path by someone downstream. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i;

export interface FrontOptions {
  readonly allowedHosts: readonly string[];
  readonly authenticate: Authenticate;
  readonly exchange: Exchanger;
  readonly sessions: Sessions;
  readonly elicitation: Elicitation;
  readonly cancelled: (message: Cancellation, session: string, caller: Caller) => Promise<void>;
  readonly listeners: Listeners;
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
        if (error instanceof Unavailable && !response.headersSent) return unavailable(response, error);
        options.onError(error);
        if (response.headersSent) response.destroy();
        else refuse(response, { status: 500, code: INTERNAL, message: 'Internal error. The gateway has logged it.' });
      });
    },
  );
  server.maxConnections = 5_000;
  return server;
}

async function route(request: IncomingMessage, response: ServerResponse, options: FrontOptions): Promise<void> {
  if (options.draining()) response.setHeader('connection', 'close');
  const path = pathOf(request);
  if (path === '/livez') return plain(response, 200, 'alive');
  if (path === '/readyz') return readiness(response, options);
  if (path !== '/mcp') return plain(response, 404, 'Nothing is here. The MCP endpoint is /mcp.');

  const wrong = wrongOrigin(request, options.allowedHosts);
  if (wrong) return refuse(response, { code: INVALID, ...wrong });
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    return refuse(response, { status: 405, code: INVALID, message: 'This endpoint is stateless: POST only.' });
  }
  const grant = options.authenticate(request.headers.authorization);
  if (!grant) {
    response.setHeader('www-authenticate', 'Bearer');
    const advice = 'Send an API key of this gateway: Authorization: Bearer <key>.';
    return refuse(response, { status: 401, code: INVALID, message: advice });
  }
  let body: unknown;
  try {
    body = await readJson(request);
  } catch (error) {
    if (!(error instanceof BadBody)) return void response.destroy(); // the client hung up in mid-sentence
    response.setHeader('connection', 'close'); // the rest of the body is not read
    return refuse(response, error);
  }
  const malformed = malformedIn(body) ?? wrongEra(request, body, grant.caller, options.sessions);
  if (malformed !== undefined) return refuse(response, { status: 400, code: INVALID, message: malformed }, idOf(body));
  await serve(request, response, body, grant, options);
}

/** Sends a well-formed body of a known caller to whoever answers it. */
async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
  grant: Grant,
  options: FrontOptions,
): Promise<void> {
  const { caller } = grant;
  const { listeners, exchange } = options;
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
  const { rest, problems } = await takeIn(request, messages, caller, options);
  // Beside a request that is answered there is no place to say what is wrong with an answer: its question stays open.
  if (rest.length === 0 && problems !== undefined)
    return refuse(response, { status: 400, code: INVALID_PARAMS, message: `The answer does not fit: ${problems}.` });
  if (rest.length === 0 && messages.length > 0) return void response.writeHead(202).end();
  if (rest.length < messages.length) return exchange(request, response, rest, grant);

  if (isInitialization(body) && !isInitializeRequest(body) && !isModern(request, body))
    return refuse(response, { status: 400, code: INVALID_PARAMS, message: INITIALIZE_WANTS }, idOf(body));

  if (hasOddResponses(body) && isModern(request, body))
    return refuse(response, { status: 400, code: INVALID_PARAMS, message: NO_RESPONSES }, idOf(body));

  const subscription = subscriptionIn(body);
  if (subscription && isModern(request, body)) {
    const refusal = listeners.refusal(subscription, caller);
    if (!refusal) return listeners.listen(subscription, caller, response);
    return refuse(response, refusal, subscription.id);
  }
  return exchange(request, response, body, grant);
}

/** Takes in answers and cancellations of 2025 clients, which are for us and not for the SDK. Returns what is left. */
async function takeIn(
  request: IncomingMessage,
  messages: readonly unknown[],
  caller: Caller,
  { elicitation, cancelled }: FrontOptions,
): Promise<{ readonly rest: readonly unknown[]; readonly problems: string | undefined }> {
  if (!isLegacy(request)) return { rest: messages, problems: undefined };
  const rest: unknown[] = [];
  let problems: string | undefined;
  for (const message of messages) {
    if (elicitation.isResponse(message)) problems = (await elicitation.take(message, caller)) ?? problems;
    else if (isCancellation(message)) await cancelled(message, String(request.headers['mcp-session-id']), caller);
    else rest.push(message);
  }
  return { rest, problems };
}

/** Of which the SDK would make an object without answers. */
function hasOddResponses(body: unknown): boolean {
  const params = isRecord(body) ? body['params'] : undefined;
  return isRecord(params) && 'inputResponses' in params && !isRecord(params['inputResponses']);
}

function isInitialization(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'method' in body && body.method === 'initialize' && 'id' in body;
}

function unavailable(response: ServerResponse, { message }: Unavailable): void {
  refuse(response, { status: 503, code: INTERNAL, message, retryAfterS: RETRY_AFTER_S });
}

/** Whether the SDK would take a message of a 2025 client in these headers. What it would not, it is given to refuse. */
function isLegacy({ headers }: IncomingMessage): boolean {
  const version = headers['mcp-protocol-version'];
  return (
    isJsonContentType(headers['content-type'] ?? null) &&
    (version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(String(version)))
  );
}

/** Whether the SDK, too, would take it for a request of 2026-07-28, in all its headers. */
function isModern({ headers, method = '' }: IncomingMessage, body: unknown): boolean {
  const [version, asked] = [headers['mcp-protocol-version'], headers['mcp-method']];
  if (version !== MODERN || asked === undefined || !isJsonContentType(headers['content-type'] ?? null)) return false;
  const { kind } = classifyInboundRequest({
    httpMethod: method,
    protocolVersionHeader: version,
    mcpMethodHeader: String(asked),
    body,
  });
  return kind === 'modern';
}

/** The path, of a target in origin form or in absolute form (RFC 9112, 3.2). */
function pathOf({ url = '' }: IncomingMessage): string | undefined {
  return URL.canParse(url, 'http://holdfast.invalid') ? new URL(url, 'http://holdfast.invalid').pathname : undefined;
}

/** Guards against DNS rebinding: both headers must name this gateway. */
function wrongOrigin(
  { headers: { host, origin }, headersDistinct }: IncomingMessage,
  allowed: readonly string[],
): { readonly status: number; readonly message: string } | undefined {
  if (host === undefined || headersDistinct['host']?.length !== 1 || !HOST.test(host))
    return { status: 400, message: 'There must be one Host header: a name with an optional port.' };
  const advice = 'is not allowed here. The operator lists names in gateway.allowed_hosts.';
  if (!validateHostHeader(host, [...allowed]).ok) return { status: 403, message: `Host ${host} ${advice}` };
  if (origin === '' || !validateOriginHeader(origin, [...allowed]).ok)
    return { status: 403, message: `This Origin ${advice}` };
  return undefined;
}

/** What the revision that is spoken forbids and the SDK lets pass; undefined when all is well. */
function wrongEra({ headers }: IncomingMessage, body: unknown, caller: Caller, sessions: Sessions): string | undefined {
  if (headers['mcp-protocol-version'] === '') return 'The MCP-Protocol-Version header is empty.';
  if (!Array.isArray(body)) return undefined;
  const version = headers['mcp-protocol-version'] ?? sessions.read(String(headers['mcp-session-id']), caller)?.version;
  if (version !== undefined && !BATCHING.has(String(version)))
    return 'Batches ended with revision 2025-06-18: send one message in each request.';
  if (headers['idempotency-key'] !== undefined)
    return 'An Idempotency-Key header names one call, not a batch. Put keys into _meta of each call.';
  return undefined;
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
