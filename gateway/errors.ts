/**
 * Why a request cannot have what it asks for, as one table: a code, the JSON-RPC error, the HTTP status of a refusal (200 where
 * the error is always the answer to a JSON-RPC request), and one sentence for whoever reads it.
 */
import { ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { JobId } from '../workflows/contract';
import { isScheduleId } from './ids';
import type { ScheduleId } from './ids';

/** When to ask again after `unavailable`, seconds. */
export const RETRY_AFTER_S = 2;

/** What a sentence is made of. */
export interface Facts {
  /** The job or schedule that it is about. */
  readonly id?: JobId | ScheduleId | undefined;
  readonly at?: Date;
  /** A name, or a whole sentence where only the place that raises it can say what is wrong. */
  readonly what?: string;
  readonly limit?: number;
  /** Nothing was sent to Temporal, so nothing was done. */
  readonly refused?: boolean;
  /** The call had an idempotency key. */
  readonly keyed?: boolean;
  /** When to ask again, seconds, where it is not the same for everybody. */
  readonly retryAfterS?: number;
  /** The capabilities that a client would have to declare (2026-07-28, error -32021). */
  readonly requiredCapabilities?: Readonly<Record<string, unknown>>;
}

interface Row {
  readonly rpc: number;
  readonly status: number;
  readonly sentence: (facts: Facts) => string;
}

const { ParseError, InvalidRequest, InvalidParams, InternalError, MissingRequiredClientCapability } = ProtocolErrorCode;
const given = ({ what = '' }: Facts): string => what;

const TABLE = {
  // Jobs. Ids that belong to someone else are as unknown as those that never were.
  unknown_job: {
    rpc: InvalidParams,
    status: 200,
    sentence: ({ id }) => `You have no job ${id}. Check the id; or its time to be read is long over.`,
  },
  expired: {
    rpc: InvalidParams,
    status: 200,
    sentence: ({ id, at }) =>
      `Job ${id} expired at ${at?.toISOString()}: its result can no longer be read. Call its tool again, with a new idempotency key if it had one.`,
  },
  conflict: {
    rpc: InvalidParams,
    status: 200,
    sentence: ({ id }) =>
      `This idempotency key belongs to ${id}, which was called with other arguments. Use a new key, or the same arguments.`,
  },
  worn_key: {
    rpc: InvalidParams,
    status: 200,
    sentence: ({ limit }) =>
      `This idempotency key has begun ${limit} jobs, and each has failed without effect. Call again with a new idempotency key.`,
  },
  unavailable: {
    rpc: InternalError,
    status: 503,
    sentence: (facts) => `Holdfast cannot reach its durable store just now. ${adviceOn(facts)}`,
  },

  // The endpoint.
  no_host: {
    rpc: InvalidRequest,
    status: 400,
    sentence: () => 'There must be one Host header: a name with an optional port.',
  },
  foreign_host: {
    rpc: InvalidRequest,
    status: 403,
    sentence: ({ what }) => `${what} is not allowed here. The operator lists names in gateway.allowed_hosts.`,
  },
  two_keys: {
    rpc: InvalidRequest,
    status: 400,
    sentence: () => 'There may be only one Authorization header.',
  },
  not_post: {
    rpc: InvalidRequest,
    status: 405,
    sentence: () => 'This endpoint is stateless: POST only.',
  },
  no_key: {
    rpc: InvalidRequest,
    status: 401,
    sentence: () => 'Send an API key of this gateway: Authorization: Bearer <key>.',
  },
  expired_key: {
    rpc: InvalidRequest,
    status: 401,
    sentence: () =>
      'This API key counts no longer: it has expired, or was taken out just now. The operator gives out new ones.',
  },
  guessing: {
    rpc: InvalidRequest,
    status: 429,
    sentence: ({ retryAfterS }) =>
      `Too many wrong API keys came from this address. No key was looked at. Send the right one in ${retryAfterS} s.`,
  },
  not_json: {
    rpc: ParseError,
    status: 400,
    sentence: () => 'The request is not JSON in UTF-8.',
  },
  too_large: {
    rpc: InvalidRequest,
    status: 413,
    sentence: ({ limit }) => `The request is larger than ${limit} bytes.`,
  },
  in_pieces: {
    rpc: InvalidRequest,
    status: 400,
    sentence: () => 'The request comes in too many small pieces. Send it whole, or in pieces of some kilobytes.',
  },
  malformed: { rpc: InvalidRequest, status: 400, sentence: given },
  wrong_params: { rpc: InvalidParams, status: 400, sentence: given },
  /** -32020: headers and body disagree. */
  mismatched: { rpc: -32020, status: 400, sentence: given },
  lacking: { rpc: MissingRequiredClientCapability, status: 400, sentence: given },
  too_fast: {
    rpc: InternalError,
    status: 429,
    sentence: ({ retryAfterS }) =>
      `You ask faster than the operator allows (gateway.rates). Nothing was done. Ask again in ${retryAfterS} s.`,
  },
  too_many_streams: {
    rpc: InternalError,
    status: 429,
    sentence: () => 'Too many subscriptions are open. Close one, or ask with tasks/get.',
  },
  ask_again: {
    rpc: InternalError,
    status: 503,
    sentence: () => 'The task goes on, but its result cannot be waited for just now. Ask again.',
  },
  internal: {
    rpc: InternalError,
    status: 500,
    sentence: () => 'Internal error. The gateway has logged it.',
  },
} as const satisfies Record<string, Row>;

export type Code = keyof typeof TABLE;

/** Raised where a request cannot have what it asks for; `code` tells which row of the table says why. */
export class Problem extends Error {
  override name = 'Problem';
  /** The JSON-RPC error. */
  readonly rpc: number;
  /** The HTTP status, where no byte of an answer has left. */
  readonly status: number;

  constructor(
    readonly code: Code,
    readonly facts: Facts = {},
  ) {
    const { rpc, status, sentence }: Row = TABLE[code];
    super(sentence(facts));
    this.rpc = rpc;
    this.status = status;
  }
}

/** Whether `error` is one of these problems. */
export function isProblem(error: unknown, ...codes: readonly Code[]): error is Problem {
  return error instanceof Problem && codes.includes(error.code);
}

/** Whether a job cannot be read: it never was, or its time is over. */
export const isGone = (error: unknown): error is Problem => isProblem(error, 'unknown_job', 'expired');

/** For work on an accepted job that goes on even while Temporal cannot be asked about it. */
export function unlessUnavailable(error: unknown): undefined {
  if (!isProblem(error, 'unavailable')) throw error;
}

/** For what needs no doing when the job has ended. */
export function unlessGone(error: unknown): undefined {
  if (!isGone(error)) throw error;
}

function adviceOn({ id, refused, keyed }: Facts): string {
  if (id === undefined) return `${refused === true ? 'Nothing was done. ' : ''}Try again in ${RETRY_AFTER_S} s.`;
  if (keyed === true)
    return `Whether the call was accepted is not known. In ${RETRY_AFTER_S} s repeat it with the same idempotency key: that finds its job ${id}, or starts it.`;
  const ask = isScheduleId(id) ? `job_list({}) for ${id}` : `job_wait(${JSON.stringify({ job_ids: [id] })})`;
  return `Whether the call was accepted is not known. In ${RETRY_AFTER_S} s ask ${ask}; if there is no such id, nothing was started: call again.`;
}
