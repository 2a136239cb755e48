/** Pages on other origins as clients (the CORS protocol of the Fetch standard). Whose origin is allowed has been found out before. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Headers that a page may send; and any other whose name begins like ours or MCP's. */
const SENT = [
  'accept',
  'authorization',
  'content-type',
  'holdfast-callback',
  'holdfast-patience',
  'idempotency-key',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'traceparent',
  'tracestate',
];
const OURS = /^(mcp|holdfast)-[a-z0-9_-]{1,64}$/;
/** Headers of answers that a page may read. */
const READ = 'mcp-protocol-version, mcp-session-id, retry-after, www-authenticate';
/** The last two are refused, in an answer that a page can read only if it may ask. */
const METHODS = 'POST, GET, DELETE';
/** How long a browser remembers, seconds: the most that all browsers allow. */
const REMEMBERED_S = 7_200;

/** Lets the page that asks, if it is a page, read the answer. */
export function letRead({ headers: { origin } }: IncomingMessage, response: ServerResponse): void {
  if (origin === undefined) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', READ);
  response.setHeader('vary', 'Origin');
}

/** Answers OPTIONS: what a browser asks before it lets a page send a request. */
export function answerOptions({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('allow', 'POST, OPTIONS');
  if (headers.origin !== undefined) {
    const wanted = (headers['access-control-request-headers'] ?? '').toLowerCase().split(/[\s,]+/);
    response.setHeader('access-control-allow-methods', METHODS);
    response.setHeader(
      'access-control-allow-headers',
      [...new Set([...SENT, ...wanted.filter((name) => OURS.test(name))])].join(', '),
    );
    response.setHeader('access-control-max-age', REMEMBERED_S);
    response.setHeader('vary', 'Origin, Access-Control-Request-Headers');
  }
  response.writeHead(204).end();
}
