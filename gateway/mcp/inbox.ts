/**
 * Everything that is posted comes here first: the answers and cancellations of 2025 clients and subscriptions to tasks are served
 * here, what a revision forbids and the SDK lets pass is refused, and the rest is handed on.
 */
import type { IncomingMessage } from 'node:http';
import { SUPPORTED_PROTOCOL_VERSIONS, isInitializeRequest, isJsonContentType } from '@modelcontextprotocol/server';
import type { Caller } from '../../workflows/contract';
import type { Audit } from '../audit';
import { Problem } from '../errors';
import type { Answer, Visitor } from '../http/front';
import { idOf, refuse } from '../http/refusal';
import { isRecord, recordIn } from '../json';
import { NO_RESPONSES } from '../words/question';
import { isCancellation } from './cancelled';
import type { Elicitation } from './elicitation';
import { subscriptionIn } from './listen';
import type { Listeners } from './listen';
import { nullsAbsent } from './nulls';
import type { OpenRequests } from './open-requests';
import { modernIn } from './plain';
import type { Sessions } from './session';

const INITIALIZE_WANTS = 'initialize wants protocolVersion, capabilities and clientInfo with name and version.';
const HALVED =
  'The id or the progressToken holds half of a character (a lone surrogate), which no answer can repeat. Send whole characters.';
/** Revisions with batches: 2025-03-26, 2024-11-05, and none named, which means the first of them. */
const BATCHING = new Set(['2025-03-26', '2024-11-05']);

export interface InboxNeeds {
  /** Serves what is left. */
  readonly serve: Answer;
  readonly sessions: Pick<Sessions, 'read'>;
  readonly elicitation: Pick<Elicitation, 'isResponse' | 'take'>;
  readonly openRequests: Pick<OpenRequests, 'takeBack'>;
  readonly listeners: Listeners;
  readonly audit: Pick<Audit, 'told'>;
}

export function createInbox(needs: InboxNeeds): Answer {
  return async (request, response, posted, grant) => {
    const { caller } = grant;
    const body = nullsAbsent(posted);
    const refusal = (code: 'malformed' | 'wrong_params', what: string): void =>
      refuse(response, new Problem(code, { what }), idOf(body));
    const forbidden = forbiddenBy(request, body, caller, needs.sessions);
    if (forbidden !== undefined) return refusal('malformed', forbidden);

    const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
    const { rest, problems } = await takeIn(request, messages, grant, needs);
    // Beside a request that is answered there is no place to say what is wrong with an answer: its question stays open.
    if (rest.length === 0 && problems !== undefined)
      throw new Problem('wrong_params', { what: `The answer does not fit: ${problems}.` });
    if (rest.length === 0 && messages.length > 0) return void response.writeHead(202).end();
    if (rest.length < messages.length) return needs.serve(request, response, rest, grant);

    const wrong = wrongParams(request, body);
    if (wrong !== undefined) return refusal('wrong_params', wrong);
    const subscription = subscriptionIn(body);
    if (!subscription || !modernIn(request, body)) return needs.serve(request, response, body, grant);
    const problem = needs.listeners.problemWith(subscription, caller);
    if (problem) return refuse(response, problem, subscription.id);
    try {
      await needs.listeners.listen(subscription, caller, response);
    } catch (error) {
      if (!(error instanceof Problem) || response.headersSent) throw error;
      refuse(response, error, subscription.id);
    }
  };
}

/** Takes in answers and cancellations of 2025 clients, which are for us and not for the SDK. Returns what is left. */
async function takeIn(
  request: IncomingMessage,
  messages: readonly unknown[],
  { caller, visit }: Visitor,
  { elicitation, openRequests, sessions, audit }: InboxNeeds,
): Promise<{ readonly rest: readonly unknown[]; readonly problems: string | undefined }> {
  if (!isLegacy(request)) return { rest: messages, problems: undefined };
  const rest: unknown[] = [];
  let problems: string | undefined;
  for (const message of messages) {
    if (elicitation.isResponse(message)) {
      const asked = { visit, caller, method: 'answer' };
      problems = (await audit.told(asked, (note) => elicitation.take(message, caller, note))) ?? problems;
    } else if (isCancellation(message)) {
      // Without the session of that request nobody knows which it was.
      const session = sessions.read(String(request.headers['mcp-session-id']), caller);
      if (session) openRequests.takeBack(session, message);
    } else if (!isTakenBackIn(messages, message)) rest.push(message);
  }
  return { rest, problems };
}

/** Whether a request is taken back in the batch that brings it: nobody waits for its answer, so it does not begin. */
function isTakenBackIn(batch: readonly unknown[], message: unknown): boolean {
  return (
    batch.length > 1 &&
    isRecord(message) &&
    batch.some((other) => isCancellation(other) && other.params.requestId === message['id'])
  );
}

/** What the revision that is spoken forbids and the SDK lets pass; undefined when all is well. */
function forbiddenBy(
  { headers }: IncomingMessage,
  body: unknown,
  caller: Caller,
  sessions: Pick<Sessions, 'read'>,
): string | undefined {
  if (headers['mcp-protocol-version'] === '') return 'The MCP-Protocol-Version header is empty.';
  if ((Array.isArray(body) ? body : [body]).some(isHalved)) return HALVED;
  if (!Array.isArray(body)) return undefined;
  const version = headers['mcp-protocol-version'] ?? sessions.read(String(headers['mcp-session-id']), caller)?.version;
  if (version !== undefined && !BATCHING.has(String(version)))
    return 'Batches ended with revision 2025-06-18: send one message in each request.';
  if (headers['idempotency-key'] !== undefined)
    return 'An Idempotency-Key header names one call, not a batch. Put keys into _meta of each call.';
  return undefined;
}

/** Whether what an answer has to repeat as it came, the id or the progress token, holds half of a character (a lone surrogate). */
function isHalved(message: unknown): boolean {
  if (!isRecord(message)) return false;
  const { progressToken } = recordIn(recordIn(message, 'params'), '_meta');
  return [message['id'], progressToken].some((text) => typeof text === 'string' && !text.isWellFormed());
}

/** What is wrong with parameters that the SDK would take for others; undefined when all is well. */
function wrongParams(request: IncomingMessage, body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const { method, params } = body;
  if (method === 'initialize' && 'id' in body && !isInitializeRequest(body) && !modernIn(request, body))
    return INITIALIZE_WANTS;
  // The SDK would make an object without answers of it.
  const odd = isRecord(params) && 'inputResponses' in params && !isRecord(params['inputResponses']);
  return odd && modernIn(request, body) ? NO_RESPONSES : undefined;
}

/** Whether the SDK would take a message of a 2025 client in these headers. What it would not, it is given to refuse. */
function isLegacy({ headers }: IncomingMessage): boolean {
  const version = headers['mcp-protocol-version'];
  return (
    isJsonContentType(headers['content-type'] ?? null) &&
    (version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(String(version)))
  );
}
