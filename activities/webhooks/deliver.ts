/** One attempt at a callback: the challenge, or the message. Says in one word what came of it; when to try again is the workflow's affair. */
import { randomBytes } from 'node:crypto';
import type { Attempt, Notice } from '../../workflows/contract';
import { EgressError } from '../egress';
import type { Egress, EgressReply } from '../egress';
import { signedHeaders } from './sign';

/** How long a receiver may take. */
const TIMEOUT_MS = 15_000;
/** What is read of its reply. */
const REPLY_MAX_BYTES = 64 * 1024;

export interface WebhooksConfig {
  /** `host` or `host:port`, as it stands in a URL. */
  readonly allowedHosts: readonly string[];
  /** What the receivers' secrets are derived from: the present one, and during a rotation the one before. */
  readonly secrets: readonly string[];
}

/** Makes the two kinds of attempt. */
export function webhooksWith({ allowedHosts, secrets }: WebhooksConfig, egress: Egress) {
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
      const asked = {
        method: 'POST',
        headers,
        body,
        signal,
        timeoutMs: TIMEOUT_MS,
        maxBytes: REPLY_MAX_BYTES,
      } as const;
      const reply = await egress(url, asked);
      const attempt = attemptOf(reply.status);
      return attempt === 'accepted' && !accepts(reply) ? 'not_verified' : attempt;
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      return troubleOf(error);
    }
  }

  return {
    /** Has the receiver prove that it expects callbacks: it answers with what it was sent. */
    challenge(url: string, signal: AbortSignal): Promise<Attempt> {
      const challenge = randomBytes(32).toString('base64url');
      const id = `msg_${randomBytes(16).toString('hex')}`; // of its own: a receiver drops what it has seen
      const message = { type: 'webhook.verification', challenge };
      return post(url, id, message, signal, ({ body }) => challengeIn(body) === challenge);
    },

    /** Tells of the end of a job. The same job has the same `webhook-id`, however often it is told. */
    send({ url, job, tool, status, endedAt }: Notice, signal: AbortSignal): Promise<Attempt> {
      const data = { job_id: job, tool, status, ended_at: endedAt };
      return post(url, `msg_${job}`, { type: `job.${status}`, timestamp: endedAt, data }, signal, () => true);
    },
  };
}

function attemptOf(status: number): Attempt {
  if (status < 300) return 'accepted';
  if (status < 400) return 'redirected';
  if (status === 410) return 'gone';
  return status < 500 ? 'rejected' : 'unwell';
}

function troubleOf(error: EgressError): Attempt {
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
