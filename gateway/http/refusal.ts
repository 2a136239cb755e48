/** An answer that is no: an HTTP status of its own with a JSON-RPC error, as long as no byte of another answer has left. */
import type { ServerResponse } from 'node:http';
import { RETRY_AFTER_S } from '../errors';
import type { Code, Problem } from '../errors';
import { isRecord, wellFormed } from '../json';

/** Which row of the table a refusal was. */
const codes = new WeakMap<ServerResponse, Code>();
export const codeOf = (response: ServerResponse): Code | undefined => codes.get(response);

/** Refuses a request. Without a readable `id` the error has none. */
export function refuse(response: ServerResponse, problem: Problem, id?: string | number): void {
  const { status, rpc, message, facts } = problem;
  codes.set(response, problem.code);
  const { requiredCapabilities, retryAfterS = status === 503 ? RETRY_AFTER_S : undefined } = facts;
  const later = retryAfterS === undefined ? undefined : { retry_after_s: retryAfterS };
  if (later) response.setHeader('retry-after', later.retry_after_s);
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  const data = later ?? (requiredCapabilities && { requiredCapabilities });
  const error = { code: rpc, message, ...(data && { data }) };
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(wellFormed(JSON.stringify({ jsonrpc: '2.0', id, error })));
}

/** The id of the one request in `body`; undefined also for a number that JSON.parse may have changed, and for half of a character. */
export function idOf(body: unknown): string | number | undefined {
  const id = isRecord(body) ? body['id'] : undefined;
  if (typeof id === 'string') return id.isWellFormed() ? id : undefined;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : undefined;
}
