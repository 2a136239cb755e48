/** Asks a source or a site over HTTP, and says in our words why it did not answer: nothing of what it sent is repeated. */
import type { IncomingHttpHeaders } from 'node:http';
import type { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { EgressError } from '../egress';
import type { Egress, EgressReply } from '../egress';
import { failure } from '../failure';

/** Longest time and largest body of one answer. */
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 3 * 1_024 ** 2;

/** A site that asks for more patience than this is asked again all the same. */
const LONGEST_WAIT_MS = 3_600_000;

/** Wikimedia and GitHub refuse who does not say what they are. */
const USER_AGENT = 'Holdfast (MCP gateway)';

export interface FetchRequest {
  /** Who is asked, as the sentences name it. */
  readonly who: string;
  readonly url: string;
  readonly accept: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly redirects?: number;
  /** Posted as JSON. */
  readonly body?: unknown;
  /** For the whole answer, milliseconds. Default 10 s. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

/**
 * @returns an answer of the 2xx kind
 * @throws ApplicationFailure `unavailable` when asking again may help, else `refused`
 */
export async function fetchReply(
  egress: Egress,
  { who, url, accept, headers, redirects = 0, body, timeoutMs = TIMEOUT_MS, signal }: FetchRequest,
): Promise<EgressReply> {
  const posted = body !== undefined;
  const reply = await egress(url, {
    headers: { 'user-agent': USER_AGENT, accept, ...(posted && { 'content-type': 'application/json' }), ...headers },
    ...(posted && { method: 'POST', body: JSON.stringify(body) }),
    signal,
    timeoutMs,
    maxBytes: MAX_BYTES,
    redirects,
  }).catch((error: unknown) => {
    throw error instanceof EgressError ? silenceOf(who, error) : error;
  });
  if (reply.status >= 200 && reply.status < 300) return reply;
  throw refusalOf(who, reply);
}

/**
 * Asks for JSON of a shape.
 *
 * @throws ApplicationFailure as {@link fetchReply}; `unavailable` when the answer is something else
 */
export async function fetchJson<T>(
  egress: Egress,
  shape: z.ZodType<T>,
  request: Omit<FetchRequest, 'accept'>,
): Promise<T> {
  const reply = await fetchReply(egress, { accept: 'application/json', ...request });
  try {
    return shape.parse(JSON.parse(reply.body.toString()));
  } catch (error) {
    throw unreadable(request.who, error);
  }
}

/** A list of which only the entries of the shape are kept. */
export function listOf<T>(shape: z.ZodType<T>) {
  return z.array(z.unknown()).transform((entries) =>
    entries.flatMap((entry) => {
      const { success, data } = shape.safeParse(entry);
      return success ? [data] : [];
    }),
  );
}

/** An address below a base, which may have a path of its own. */
export function addressOf(base: string, path: string, parameters: Readonly<Record<string, string | number>>): string {
  const url = new URL(`${base.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
  return url.href;
}

/** The answer is not what was asked for: often an error page of something in between, so asking again may help. */
export function unreadable(who: string, cause?: unknown): ApplicationFailure {
  return failure('unavailable', `${who} answered with something that cannot be read. Try again later.`, cause);
}

function refusalOf(who: string, { status, headers }: EgressReply): ApplicationFailure {
  const wait = retryAfterOf(headers);
  // GitHub says "too many requests" with a 403, too; what tells it from a real one is that it says how long.
  const later = status >= 500 || [408, 425, 429].includes(status) || (status === 403 && wait !== undefined);
  return later
    ? failure('unavailable', `${who} answered ${status}. Try again later.`, undefined, 'none', wait)
    : failure('refused', `${who} answered ${status}.`);
}

/** Milliseconds: a number of seconds, an HTTP date, or the time at which GitHub's limit is lifted. */
function retryAfterOf(headers: IncomingHttpHeaders): number | undefined {
  const lifted = headers['x-ratelimit-remaining'] === '0' ? Number(headers['x-ratelimit-reset']) * 1_000 : NaN;
  const asked = headers['retry-after'] ?? '';
  const wait = /^\d+$/.test(asked) ? Number(asked) * 1_000 : (Date.parse(asked) || lifted) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_WAIT_MS);
}

function silenceOf(who: string, error: EgressError): Error {
  switch (error.reason) {
    case 'timeout':
      return failure('unavailable', `${who} did not answer in time. Try again later.`, error);
    case 'connection':
      return failure('unavailable', `${who} could not be connected to, or broke off. Try again later.`, error);
    case 'host_not_found':
      return failure('unavailable', `${who} could not be found: its host has no address. Try again later.`, error);
    case 'tls':
      return failure('refused', `${who} has a TLS certificate that this server does not trust.`, error);
    case 'too_large':
      return failure('refused', `${who} answered with more than 3 MiB, the limit of this server.`, error);
    case 'redirect':
      return failure('refused', `${who} redirects to an address that this server does not follow.`, error);
    case 'bad_url':
    case 'forbidden_address':
      return failure(
        'refused',
        `${who} is at an address that this server may not reach: only public https addresses are, besides sources that the operator allows with worker.egress.allow.`,
        error,
      );
    case 'cancelled':
      return error; // the step says that it was cancelled
    default:
      return error.reason satisfies never;
  }
}
