/** Which requests of 2026-07-28 are plain: well-formed in all that the SDK would look at, and of a method that is served here. */
import type { IncomingMessage } from 'node:http';
import { classifyInboundRequest, isJsonContentType } from '@modelcontextprotocol/server';
import type { JSONRPCRequest, RequestMeta } from '@modelcontextprotocol/server';
import { isRecord } from '../json';
import { methodOf } from './exchange';

/** The revision whose subscriptions and plain requests are served here. */
const MODERN = '2026-07-28';

/** Plain methods, and which of their parameters the `Mcp-Name` header repeats. */
const NAMED_BY: Readonly<Record<string, string | undefined>> = {
  'tools/list': undefined,
  'tools/call': 'name',
  'tasks/get': 'taskId',
  'tasks/cancel': 'taskId',
};

/** How a name begins in `Mcp-Name` that is written in base64. */
const ENCODED = '=?';
/** Parameters of a request that goes on with an earlier round. */
const OF_ANOTHER_ROUND = ['inputResponses', 'requestState'];

/** A plain request. */
export interface Plain {
  readonly id: string | number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly meta: RequestMeta;
}

/** The request that a body is, if all of it is plain. What is odd in any way has no place here: the SDK knows how to refuse it. */
export function plainIn(request: IncomingMessage, body: unknown): Plain | undefined {
  const method = methodOf(body);
  if (method === undefined || !Object.hasOwn(NAMED_BY, method)) return undefined;
  const { id, params = {} } = modernIn(request, body) ?? {};
  const meta = isRecord(params) ? params['_meta'] : undefined;
  if (id === undefined || !isRecord(params) || !isRecord(meta)) return undefined;
  const field = NAMED_BY[method];
  const named = request.headers['mcp-name'];
  const plain =
    (field === undefined || (named === params[field] && typeof named === 'string' && !named.startsWith(ENCODED))) &&
    !OF_ANOTHER_ROUND.some((key) => key in params);
  return plain ? { id, method, params, meta } : undefined;
}

/** The request of 2026-07-28 that a body is, in headers in which the SDK would take it for one. */
export function modernIn({ headers, method = '' }: IncomingMessage, body: unknown): JSONRPCRequest | undefined {
  const [version, asked] = [headers['mcp-protocol-version'], headers['mcp-method']];
  if (version !== MODERN || asked === undefined || !isJsonContentType(headers['content-type'] ?? null))
    return undefined;
  const classified = classifyInboundRequest({
    httpMethod: method,
    protocolVersionHeader: version,
    mcpMethodHeader: String(asked),
    body,
  });
  return classified.kind === 'modern' && classified.messageKind === 'request' ? classified.message : undefined;
}
