/** One attempt at a callback: a challenge, or a message. The outcome is one word; the workflow decides when to try again. */
import { randomBytes } from 'node:crypto';
import type { Attempt, Notice } from '../../workflows/contract';
import { EgressError } from '../egress/error';
import type { Egress, EgressReply } from '../egress/egress';
import { signedHeaders } from './sign';

/** How long a receiver may take, milliseconds. */
const TIMEOUT_MS = 15_000;
/** Largest reply that is read. */
const REPLY_MAX_BYTES = 64 * 1024;

export interface WebhooksConfig {
  /** Hosts that may be called: `host` or `host:port`, as in a URL. */
  readonly allowedHosts: readonly string[];
  /** The master secrets that receivers' secrets are derived from: the present one and, during a rotation, the one before. */
  readonly secrets: readonly string[];
}

export interface Webhooks {
  /** Asks the receiver to prove that it expects callbacks, by repeating a random text. */
  challenge(url: string, signal: AbortSignal): Promise<Attempt>;
  /** Sends the notice of a job's end. Every attempt carries the same `webhook-id`, so that the receiver can drop repetitions. */
  send(notice: Notice, signal: AbortSignal): Promise<Attempt>;
}

export function createWebhooks({ allowedHosts, secrets }: WebhooksConfig, egress: Egress): Webhooks {
  async function post(
    url: string,
    id: string,
    message: object,
    signal: AbortSignal,
    accepts: (reply: EgressReply) => boolean,
  ): Promise<Attempt> {
    if (!URL.canParse(url)) return 'bad_url';
    const { host } = new URL(url);
    if (!allowedHosts.includes(host)) return 'not_allowed';
    const body = JSON.stringify(message);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'holdfast',
      ...signedHeaders(secrets, host, id, body),
    };
    try {
      const request = {
        method: 'POST',
        headers,
        body,
        signal,
        timeoutMs: TIMEOUT_MS,
        maxBytes: REPLY_MAX_BYTES,
      } as const;
      const reply = await egress(url, request);
      const attempt = attemptOfStatus(reply.status);
      return attempt === 'accepted' && !accepts(reply) ? 'not_verified' : attempt;
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      return attemptOfError(error);
    }
  }

  return {
    challenge(url, signal) {
      const challenge = randomBytes(32).toString('base64url');
      const id = `msg_${randomBytes(16).toString('hex')}`; // new for every attempt: receivers drop an id that they have seen
      const message = { type: 'webhook.verification', challenge };
      return post(url, id, message, signal, ({ body }) => challengeIn(body) === challenge);
    },

    send({ url, job, tool, status, endedAt }, signal) {
      const data = { job_id: job, tool, status, ended_at: endedAt };
      return post(url, `msg_${job}`, { type: `job.${status}`, timestamp: endedAt, data }, signal, () => true);
    },
  };
}

function attemptOfStatus(status: number): Attempt {
  if (status < 300) return 'accepted';
  if (status < 400) return 'redirected';
  if (status === 410) return 'gone';
  return status < 500 ? 'rejected' : 'unwell';
}

function attemptOfError(error: EgressError): Attempt {
  switch (error.reason) {
    case 'redirect':
      return 'redirected';
    case 'cancelled':
      throw error;
    default:
      return error.reason;
  }
}

function challengeIn(body: Buffer): unknown {
  try {
    const reply: unknown = JSON.parse(body.toString());
    return typeof reply === 'object' && reply !== null && 'challenge' in reply ? reply.challenge : undefined;
  } catch {
    return undefined; // not JSON
  }
}
