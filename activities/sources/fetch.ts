/** Requests to a source or a site over HTTP. A failure is put in our own words: nothing of the reply is repeated. */
import type { ApplicationFailure } from '@temporalio/common';
import { EgressError } from '../egress/error';
import type { Egress, EgressReply } from '../egress/egress';
import { failure } from '../failure';
import { reading } from '../reading';
import { isTooMuch } from '../thread';
import type { Refusal } from './refusals';
import { replyIn } from './replies';
import type { Received, Reply, ReplyKind } from './replies';
import { CompressionError, uncompressed } from './uncompressed';

const TIMEOUT_MS = 10_000;
/** Largest body of a reply. */
const MAX_BYTES = 3 * 1_024 ** 2;

/** Longest pause that a site may ask for, milliseconds. A longer one counts as this. */
const LONGEST_WAIT_MS = 3_600_000;

/** Wikimedia and GitHub refuse requests without one. */
const USER_AGENT = 'Holdfast (MCP gateway)';

export interface FetchRequest {
  /** Who is asked, at the beginning of a sentence: `GitHub`, `The site`. */
  readonly who: string;
  readonly url: string;
  readonly accept: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Most redirects that are followed. Default 0. */
  readonly redirects?: number;
  /** Sent as JSON in a POST request. Absent: a GET request. */
  readonly body?: unknown;
  /** For the whole exchange, milliseconds. Default 10 s. */
  readonly timeoutMs?: number;
  /** How a body says why the request was refused. Absent: it is not read. */
  readonly refusal?: 'githubRefusal' | 'modelRefusal';
  readonly signal: AbortSignal;
}

/** A reply with another status than 2xx, as the cause of a failure. */
export class StatusError extends Error {
  constructor(readonly status: number) {
    super(`The status was ${status}.`);
  }
}

/**
 * Sends a request.
 *
 * @returns a reply with a 2xx status
 * @throws ApplicationFailure `unavailable` when another attempt may succeed, otherwise `refused`
 */
export async function fetchReply(
  egress: Egress,
  { who, url, accept, headers, redirects = 0, body, timeoutMs = TIMEOUT_MS, refusal, signal }: FetchRequest,
): Promise<EgressReply> {
  const posted = body !== undefined;
  const reply = await egress(url, {
    headers: { 'user-agent': USER_AGENT, accept, ...(posted && { 'content-type': 'application/json' }), ...headers },
    ...(posted && { method: 'POST', body: JSON.stringify(body, wellFormed) }),
    signal,
    timeoutMs,
    maxBytes: MAX_BYTES,
    redirects,
  }).catch((error: unknown) => {
    throw error instanceof EgressError ? noReplyFailure(who, error) : error;
  });
  const isOk = reply.status >= 200 && reply.status < 300;
  if (!isOk && refusal === undefined) throw statusFailure(who, reply);
  const plain = await uncompressed(reply.body, reply.headers['content-encoding'] ?? '', MAX_BYTES).catch(
    (error: unknown) => {
      if (!isOk) return Buffer.of();
      throw error instanceof CompressionError ? compressionFailure(who, error) : error;
    },
  );
  if (isOk) return { ...reply, body: plain };
  const why =
    refusal &&
    ((await replyOf({ kind: refusal, url, body: plain }, signal).catch(ignoreTooMuch)) as Refusal | undefined);
  throw statusFailure(who, reply, why);
}

function ignoreTooMuch(error: unknown): undefined {
  if (!isTooMuch(error)) throw error;
}

/** For `JSON.stringify`. Strict readers refuse a whole request for half of a character, which a caller may have sent. */
const wellFormed = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed() : value;

const replyOf = reading(require.resolve('./replies'), 'replyIn', replyIn);

/**
 * Sends a request for a reply of a kind, and reads it.
 *
 * @param words - as in {@link Received}
 * @throws ApplicationFailure as {@link fetchReply}; also `unavailable` when the reply is not of its kind, `refused` when it takes
 *   too long to read
 */
export async function fetchRead<K extends ReplyKind>(
  egress: Egress,
  kind: K,
  { words, ...request }: Omit<FetchRequest, 'accept'> & Partial<Pick<FetchRequest, 'accept'> & Pick<Received, 'words'>>,
): Promise<Reply<K>> {
  const { who, signal } = request;
  const { url, body, headers } = await fetchReply(egress, { accept: 'application/json', ...request });
  const reply = await replyOf({ kind, url, body, type: headers['content-type'], words }, signal).catch(
    (error: unknown) => {
      throw isTooMuch(error) ? failure('refused', `${who} answered with what took too long to read.`, error) : error;
    },
  );
  if (reply === undefined) throw unreadable(who);
  return reply as Reply<K>;
}

/** The address of `path`, with `parameters` as its query, below `base`, which may have a path itself. */
export function addressOf(base: string, path: string, parameters: Readonly<Record<string, string | number>>): string {
  const url = new URL(`${base.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
  return url.href;
}

/** The failure for a reply that cannot be read. It is often an error page of a proxy, so another attempt may succeed. */
function unreadable(who: string): ApplicationFailure {
  return failure('unavailable', `${who} answered with something that cannot be read. Try again later.`);
}

function statusFailure(who: string, { status, headers }: EgressReply, why?: Refusal): ApplicationFailure {
  const cause = new StatusError(status);
  if (why?.isSpent === true)
    return failure('refused', `${who} answered ${status}: nothing is left to spend there.`, cause);
  const wait = retryAfterOf(headers) ?? limited(why?.waitMs);
  // GitHub also answers 403 to too many requests. Such a reply says so, or how long to wait; a real refusal does not.
  const isLimit = status === 403 && wait !== undefined;
  return status >= 500 || [408, 425, 429].includes(status) || isLimit
    ? failure('unavailable', `${who} answered ${status}. Try again later.`, cause, 'none', wait)
    : failure('refused', `${who} answered ${status}.`, cause);
}

/** How long a reply asks to wait, milliseconds: from `retry-after` in seconds or as a date, or from GitHub's rate limit. */
function retryAfterOf(headers: EgressReply['headers']): number | undefined {
  const lifted = headers['x-ratelimit-remaining'] === '0' ? Number(headers['x-ratelimit-reset']) * 1_000 : NaN;
  const asked = headers['retry-after'] ?? '';
  const exactly = headers['retry-after-ms'] ?? '';
  if (IS_NUMBER.test(exactly)) return limited(Number(exactly));
  return limited(IS_NUMBER.test(asked) ? Number(asked) * 1_000 : (Date.parse(asked) || lifted) - Date.now());
}
const IS_NUMBER = /^\d+(?:\.\d+)?$/;

function limited(wait = NaN): number | undefined {
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_WAIT_MS);
}

function compressionFailure(who: string, error: CompressionError): ApplicationFailure {
  switch (error.reason) {
    case 'too_large':
      return failure('refused', `${who} answered with more than 3 MiB, the limit of this server.`, error);
    case 'broken':
      return failure('unavailable', `${who} broke off, or damaged what it compressed. Try again later.`, error);
    case 'unknown':
      return failure('refused', `${who} compresses its answers in a way that is not read here.`, error);
    default:
      return error.reason satisfies never;
  }
}

function noReplyFailure(who: string, error: EgressError): Error {
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
