/** Requests to the API's own servers, and what it means when no answer comes. */
import type { ApplicationFailure } from '@temporalio/common';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { EgressError } from '../../egress/error';
import { exchange } from '../../egress/exchange';
import type { Reply, Sent } from '../../egress/exchange';
import { createGuard, hostAndPort } from '../../egress/guard';
import type { Resolve } from '../../egress/guard';
import { isRedirect } from '../../egress/redirect';
import { failure } from '../../failure';
import { isNode } from './json';

/** Most redirects that are followed. */
const REDIRECTS = 5;

export interface WireLimits {
  readonly maxBytes: number;
  readonly connectMs: number;
  /** Absent: as long as the signal lets it. */
  readonly idleMs?: number | undefined;
}

export interface Asked extends Sent {
  readonly url: URL;
  readonly signal: AbortSignal;
  /** Whether an answer that was lost is a reason to ask again. */
  readonly repeatable: boolean;
}

export interface Answer extends Reply {
  /** Where it came from, after redirects. */
  readonly url: URL;
  readonly redirected: boolean;
}

export interface Wire {
  /**
   * Sends a request, and follows redirects within its origin; one that leads elsewhere is the answer. Any status is an answer.
   *
   * @throws ApplicationFailure `unavailable` when nothing was sent, or what was sent may be sent again; `outcome_unknown` when the
   *   answer to another request was lost; `refused` when the address may not be reached; `too_large`
   */
  send(request: Asked): Promise<Answer>;
}

/** Which hosts may be on private addresses, and speak plain http. */
export type Trusted = (origin: string) => boolean;

export function createWire(who: string, limits: WireLimits, isTrusted: Trusted, resolve?: Resolve): Wire {
  async function once(url: URL, sent: Sent, signal: AbortSignal, lost: Omit<Lost, 'limits'>): Promise<Reply> {
    let open = lost.open;
    try {
      const guard = createGuard(isTrusted(url.origin) ? [hostAndPort(url)] : [], resolve);
      const reply = await exchange(url, guard(url, true), sent, { ...limits, signal, onOpen: () => (open = true) });
      return { ...reply, body: await unpacked(reply, limits.maxBytes) };
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof EgressError ? failureOf(who, error, { ...lost, open, limits }) : error;
    }
  }

  return {
    async send({ url: first, signal, repeatable, ...request }) {
      let [url, sent]: [URL, Sent] = [first, request];
      const { method = 'GET' } = request;
      const reads = method === 'GET' || method === 'HEAD';
      for (let left = REDIRECTS; ; left -= 1) {
        // Once it is redirected, the first request may have been carried out, whatever becomes of the next.
        const reply = await once(url, sent, signal, { open: left < REDIRECTS, repeatable, reads });
        const { location } = reply.headers;
        const next = isRedirect(reply.status) && location !== undefined && URL.canParse(location, url.href);
        if (!next) return { ...reply, url, redirected: left < REDIRECTS };
        const to = new URL(location, url);
        if (to.origin !== url.origin || left === 0) return { ...reply, url, redirected: left < REDIRECTS };
        to.username = to.password = '';
        sent = redirected(sent, reply.status);
        url = to;
      }
    },
  };
}

/** 303 means: look there. Of a POST, 301 and 302 are taken to mean the same, as browsers do. */
function redirected({ method = 'GET', headers = {}, body }: Sent, status: number): Sent {
  const looks = method !== 'HEAD' && (status === 303 || (method === 'POST' && (status === 301 || status === 302)));
  if (!looks) return { method, headers, ...(body !== undefined && { body }) };
  return {
    method: 'GET',
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-type')),
  };
}

const UNPACKERS = { gzip: promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) };

/** Some APIs compress although they are asked not to. */
async function unpacked({ headers, body }: Reply, maxBytes: number): Promise<Buffer> {
  const coding = headers['content-encoding']?.trim().toLowerCase();
  if (body.length === 0 || (coding !== 'gzip' && coding !== 'deflate' && coding !== 'br')) return body;
  try {
    return await UNPACKERS[coding](body, { maxOutputLength: maxBytes });
  } catch (error) {
    const large = isNode(error) && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw new EgressError(large ? 'too_large' : 'connection', { cause: error });
  }
}

interface Lost {
  /** Whether the API may have got the request. */
  readonly open: boolean;
  readonly repeatable: boolean;
  /** Whether the request only reads. */
  readonly reads: boolean;
  readonly limits: WireLimits;
}

function failureOf(who: string, error: EgressError, { open, repeatable, reads, limits }: Lost): ApplicationFailure {
  switch (error.reason) {
    case 'too_large':
      return failure(
        'too_large',
        `${who} answered with more than ${limits.maxBytes} bytes. Ask for less, such as a smaller page, or raise limits.max_bytes.`,
        error,
        reads ? 'none' : 'done',
      );
    case 'bad_url':
    case 'forbidden_address':
      if (!open)
        return failure(
          'refused',
          `${who} is at an address that may not be reached: a private one, plain http, or one with credentials in it. Set base_url to reach it there.`,
          error,
        );
      break;
    case 'tls':
      if (!open) return failure('refused', `${who} has a TLS certificate that this worker does not trust.`, error);
      break;
    case 'redirect':
    case 'host_not_found':
    case 'timeout':
    case 'connection':
    case 'cancelled':
      break;
    default:
      return error.reason satisfies never;
  }
  if (!open)
    return failure('unavailable', `${who} could not be connected to. Nothing was sent; try again later.`, error);
  if (repeatable)
    return failure(
      'unavailable',
      `${who} broke off before its answer was whole. Try again later.`,
      error,
      reads ? 'none' : 'unknown',
    );
  return failure(
    'outcome_unknown',
    `${who} was sent the request, and its answer was lost. Find out whether it was carried out before it is sent again.`,
    error,
    'unknown',
  );
}
