/** The HTTP front: who may speak to this gateway, and how much they may say. It knows sockets only; MCP begins behind `answer`. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { GatewayConfig } from '../config';
import { Problem, RETRY_AFTER_S } from '../errors';
import { lostNameIn } from '../lost-names';
import { changedNumberIn } from '../numbers';
import { visitOf } from '../visit';
import type { Visit } from '../visit';
import { addressOf } from './address';
import type { Authenticate, Grant } from './auth';
import { createReadBody } from './body';
import type { Body, ReadBody } from './body';
import { boundConnections } from './connections';
import type { ConnectionBounds } from './connections';
import { answerOptions, letRead } from './cors';
import { answerNoOAuth, isOfOAuth } from './discovery';
import { createRefuseForeign, headersNamed } from './names';
import type { RefuseForeign } from './names';
import { readInPortions } from './portions';
import { codeOf, idOf, refuse } from './refusal';
import { createTurns } from './turns';
import type { Turns } from './turns';

/** Who sent a request, and what the log calls it. */
export interface Visitor extends Grant {
  readonly visit: Visit;
}

/** Answers the parsed body of one request. @throws Problem to refuse it, as long as no byte of an answer has left */
export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
  visitor: Visitor,
) => Promise<void> | void;

export interface FrontNeeds {
  /** Names that may stand in `Host` and `Origin`. */
  readonly allowedHosts: readonly string[];
  readonly authenticate: Authenticate;
  /** Whether callers need an API key. */
  readonly keyed: boolean;
  readonly limits: GatewayConfig['limits'];
  readonly connections: ConnectionBounds;
  readonly answer: Answer;
  /** Why no call can be taken, in one sentence; and what is wrong though calls are taken. */
  readonly ready: () => Promise<{ readonly trouble: string | undefined; readonly warnings: readonly string[] }>;
  /** Whether this gateway is on its way to a stop. */
  readonly draining: () => boolean;
  /** Told of every error that is a bug of ours. */
  readonly onError: (error: unknown) => void;
  /** Told of every request that was refused; absent: nobody is. `from`: the address of the client. */
  readonly onRefused?: (visit: Visit, status: number, code: string | undefined, from: string | undefined) => void;
}

/** Makes the HTTP server; it does not listen yet. Routes: `/mcp`, `/livez`, `/readyz`, and where clients look for OAuth. */
export function createFront(needs: FrontNeeds): HttpServer {
  const refuseForeign = createRefuseForeign(needs.allowedHosts);
  const all = { ...needs, refuseForeign, readBody: createReadBody(needs.limits), inTurn: createTurns() };
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000, connectionsCheckingInterval: 1_000 },
    (request, response) => {
      if (!takeRequest(request, response)) return;
      const visit = visitOf(request);
      const from = addressOf(request, needs.connections.isProxy); // a socket that is closed has none
      response.once('close', () => {
        const { statusCode } = response;
        if (statusCode >= 400 && request.url !== '/readyz')
          needs.onRefused?.(visit, statusCode, codeOf(response), from);
      });
      const fail = (error: unknown): void => {
        if (!(error instanceof Problem) || response.headersSent) needs.onError(error);
        if (response.headersSent) return void response.destroy();
        endUnread(request, response);
        refuse(response, error instanceof Problem ? error : new Problem('internal'));
      };
      try {
        route(request, response, { visit, from }, all)?.catch(fail);
      } catch (error) {
        fail(error);
      }
    },
  );
  readInPortions(server);
  const takeRequest = boundConnections(server, needs.connections);
  server.maxConnections = needs.connections.most;
  return server;
}

interface RouteNeeds extends FrontNeeds {
  readonly refuseForeign: RefuseForeign;
  readonly readBody: ReadBody;
  readonly inTurn: Turns;
}

/** Up to its body a request is judged at once: one that is refused leaves no body behind that had to be kept. */
function route(
  request: IncomingMessage,
  response: ServerResponse,
  { visit, from }: { readonly visit: Visit; readonly from: string },
  needs: RouteNeeds,
): Promise<void> | void {
  if (needs.draining()) response.setHeader('connection', 'close');
  const path = pathOf(request);
  if (path === '/livez') return plain(response, 200, 'alive');
  if (path === '/readyz') return readiness(response, needs);
  if (path !== '/mcp' && !isOfOAuth(path)) {
    endUnread(request, response);
    return plain(response, 404, 'Nothing is here. The MCP endpoint is /mcp.');
  }
  needs.refuseForeign(request);
  letRead(request, response);
  if (request.method === 'OPTIONS') return answerOptions(request, response);
  if (path !== '/mcp') return answerNoOAuth(response, needs.keyed);
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST, OPTIONS');
    throw new Problem('not_post');
  }
  if (headersNamed('authorization', request) > 1) throw new Problem('two_keys');
  const grant = needs.authenticate(request.headers.authorization, from);
  if (!grant) throw new Problem('no_key');
  visit.caller = grant.caller;
  endWithKey(response, grant);
  return answerPosted(request, response, { ...grant, visit }, needs);
}

/** What is open with a key, a stream or a wait, ends with it. */
function endWithKey(response: ServerResponse, { over }: Grant): void {
  if (over?.aborted === true) throw new Problem('expired_key');
  const end = (): void => void response.destroy();
  over?.addEventListener('abort', end, { once: true });
  response.once('close', () => over?.removeEventListener('abort', end));
}

async function answerPosted(
  request: IncomingMessage,
  response: ServerResponse,
  visitor: Visitor,
  { readBody, inTurn, answer }: RouteNeeds,
): Promise<void> {
  let answered: Promise<void> | void = undefined;
  const take = ({ text, value }: Body): void => {
    const lost = changedNumberIn(text) ?? lostNameIn(text, value);
    answered =
      lost === undefined
        ? inTurn(visitor.caller.tenant, async () => answer(request, response, value, visitor)) // not awaited here: the body's text would be kept until the answer
        : refuse(response, new Problem('malformed', { what: lost }), idOf(value));
  };
  try {
    await readBody(request, visitor.caller.tenant, take);
  } catch (error) {
    if (error instanceof Problem) throw error;
    return void response.destroy(); // the client hung up in mid-sentence
  }
  return answered;
}

/** For an answer that does not wait for the body: what comes of it is dropped, and the connection ends with the answer. */
function endUnread(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || !hasBody(request)) return;
  request.on('data', () => undefined);
  response.setHeader('connection', 'close');
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** The path, of a target in origin form or in absolute form (RFC 9112, 3.2). */
function pathOf({ url = '' }: IncomingMessage): string | undefined {
  if (url === '/mcp') return url;
  const whole = url.startsWith('/') ? `http://holdfast.invalid${url}` : url; // as a reference, //name/mcp would be a path at another host
  return URL.canParse(whole) ? new URL(whole).pathname : undefined;
}

async function readiness(response: ServerResponse, { draining, ready }: FrontNeeds): Promise<void> {
  if (draining()) return plain(response, 503, 'draining');
  const { trouble, warnings } = await ready();
  if (trouble === undefined) return plain(response, 200, ['ready', ...warnings].join('\n'));
  response.setHeader('retry-after', RETRY_AFTER_S);
  plain(response, 503, trouble);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
