/**
 * The contract: names and shapes that two processes must agree on. It imports nothing, so that it may be
 * loaded anywhere, Temporal's sandbox included.
 *
 * Words, fixed once:
 *
 * - **call**: one `tools/call` request of one client.
 * - **job**: the durable execution of a call: one Temporal workflow execution. Its id is the handle.
 * - **step**: one touch of the outside world by a job: one Temporal activity.
 * - **task**: a job as the MCP Tasks dialects show it. `taskId` is the job id.
 * - **tool**: what `tools/list` offers: schema, route, policy.
 * - **route**: where a tool's jobs run: workflow type and task queue.
 * - **policy**: a tool's limits, as data.
 * - **caller**: who is asking: tenant and subject.
 * - **outcome**: how a job ended: done, partial, failed, cancelled.
 *
 * Everything here is a wire format: a job that started under an older version is still read by a newer one.
 */

/** The task queue that the workers of this project poll. */
export const TASK_QUEUE = 'holdfast';

/** The queue of steps that have a limit of their own: polled by the workers whose configuration names it. */
export function queueOf(name: string): string {
  return `${TASK_QUEUE}.${name}`;
}

/** The queue of callbacks: receivers that are slow hold up each other, and no step of a job. */
export const WEBHOOKS_QUEUE = 'webhooks';

/** The form of such a name. */
export const QUEUE_NAME = /^[a-z0-9-]{1,32}$/;

/** `job_` and 16 lower-case Crockford base32 characters (80 bits). */
export type JobId = `job_${string}`;

/** Who is asking. A tenant is a security boundary; a subject is one person or program within it. */
export interface Caller {
  readonly tenant: string;
  readonly subject: string;
}

/** The limits of one tool's jobs. All times are milliseconds. Recorded in the memo when a job starts. */
export interface Policy {
  /** Working time of the whole job; waiting for a person does not count. At its end the last partial is returned. */
  readonly budgetMs: number;
  /** Longest time of one attempt at a step. */
  readonly stepTimeoutMs: number;
  /** A worker that is silent for this long in mid-step is taken for dead. */
  readonly heartbeatMs: number;
  /** Attempts at one step. 1 means that a step is never repeated, not even when a worker is lost in it. */
  readonly attempts: number;
  /** Pause before the second attempt; doubles up to `retryMaxMs`. */
  readonly retryInitialMs: number;
  readonly retryMaxMs: number;
  /** How long a question to a person stays open before it expires. */
  readonly askMs: number;
  /** `required`: a person has to allow the job before its first step. Nobody's answer is a no. */
  readonly approval?: 'required';
  /** Steps run on the queue of this name, whose workers cap how many run at once. Absent: on everybody's. */
  readonly queue?: string;
  /** How long a result can be read after the end. Absent in jobs of an older version: {@link DEFAULT_POLICY}'s. */
  readonly ttlMs?: number;
}

/** Limits of a job that was started without our memo, by another starter than the gateway. */
export const DEFAULT_POLICY: Policy & { readonly ttlMs: number } = {
  budgetMs: 3_600_000,
  stepTimeoutMs: 600_000,
  heartbeatMs: 5_000,
  attempts: 5,
  retryInitialMs: 500,
  retryMaxMs: 60_000,
  askMs: 86_400_000,
  ttlMs: 86_400_000,
};

/** Memo key of {@link JobMemo}, written once at start by the gateway. */
export const MEMO_JOB = 'holdfast';
/** Memo key of {@link Progress}, rewritten at every step boundary. */
export const MEMO_PROGRESS = 'progress';
/** Memo key of {@link PartialMemo}. */
export const MEMO_PARTIAL = 'partial';
/** Memo key of the open {@link Question}s, an array. */
export const MEMO_QUESTIONS = 'questions';

/** What a job knows of its call. Never holds a credential. */
export interface JobMemo {
  readonly tool: string;
  readonly caller: Caller;
  readonly policy: Policy;
  /** SHA-256 of the canonical JSON of the arguments, hex. */
  readonly argsHash: string;
  /** When the call was accepted, by the gateway's clock, ISO 8601. Absent in jobs of an older version. */
  readonly at?: string;
  /** The job that this one goes on with. */
  readonly continues?: JobId;
  /** `own`: it is waited for with handle tools of its tool's own. */
  readonly handles?: 'own';
  /** Where the end of the job is to be told. Absent: nobody asked, or the job is of an older version. */
  readonly callback?: Callback;
}

/** Where the end of a job is told. Recorded with the job: never holds a credential. */
export interface Callback {
  /** https; plain http for a receiver on the same machine alone. */
  readonly url: string;
}

/** Longest address of a callback, characters. */
export const CALLBACK_MAX = 2_048;

/** Hosts of callbacks that may be spoken to in plain http: a receiver on the same machine. */
export const LOOPBACK_HOST = /^127\.0\.0\.1:\d+$/;

/** Where a job is. `done` counts finished steps; `total` is absent while unknown. */
export interface Progress {
  readonly done: number;
  readonly total?: number;
  readonly message: string;
  /** When it came there, ISO 8601. Absent in jobs that began under an older version. */
  readonly at?: string;
}

/** Finer progress within a step, carried by activity heartbeats. */
export interface StepProgress {
  readonly done?: number;
  readonly total?: number;
  readonly message?: string;
}

/** Largest result of a step or a job, bytes of JSON. Temporal refuses payloads over 2 MB, and would try for ever. */
export const MAX_RESULT_BYTES = 1_500_000;

/** Largest question, as JSON characters: the memo is read with every look at the job. */
export const MAX_QUESTION = 20_000;

/** Largest partial, as JSON characters, that is kept in the memo itself; a larger one is fetched by query. */
export const MEMO_PARTIAL_MAX = 1_000;

/** The last partial result: itself when small, else only its size. */
export type PartialMemo = { readonly value: unknown } | { readonly characters: number };

/** Query that returns the last partial in full. */
export const QUERY_PARTIAL = 'holdfast.partial';
/** Signal that carries an {@link Answer}. */
export const SIGNAL_ANSWER = 'holdfast.answer';
/** Signal that carries the key of a question which has been put before a person: polling gateways need not push it again. */
export const SIGNAL_SHOWN = 'holdfast.shown';

/**
 * A question to a person. `key` is unique for the life of the job; `schema` is a form as MCP elicitation has it: an object
 * whose properties are strings, numbers, booleans or choices.
 */
export interface Question {
  readonly key: string;
  readonly message: string;
  readonly schema: JsonSchema;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** When it was asked, ISO 8601. Absent in jobs that began under an older version. */
  readonly at?: string;
  /** A client has been shown it by a push. */
  readonly shown?: boolean;
  /** For the client itself rather than its user: its model, or its roots. Then there is no form; the content is MCP's result of it. */
  readonly request?: ClientRequest;
}

/** What a job may ask of a client besides a form for its user. */
export interface ClientRequest {
  readonly method: 'sampling/createMessage' | 'roots/list';
  readonly params: Readonly<Record<string, unknown>>;
}

/** The answer of a person to one question. */
export interface Answer {
  readonly key: string;
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: Readonly<Record<string, unknown>>;
  /** When it was taken, by the gateway's clock, ISO 8601: a job whose workers are down reads it later. */
  readonly at?: string;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a workflow returns in place of its output when it was stopped with something in hand. */
export interface PartialResult {
  readonly holdfast: 'partial';
  readonly reason: 'budget';
  readonly value: unknown;
  /** Where it was then. Absent in results of an older version. */
  readonly progress?: Progress;
}

/** Whether a workflow's return value is a {@link PartialResult} rather than an output. */
export function isPartialResult(value: unknown): value is PartialResult {
  return typeof value === 'object' && value !== null && 'holdfast' in value && value.holdfast === 'partial';
}

/**
 * Why a step or a job failed, as it crosses the wire: the `type` of Temporal's ApplicationFailure.
 *
 * - `invalid_input`: the arguments name something that cannot be worked on. The caller can mend it.
 * - `refused`: the outside world said no, and would say no again.
 * - `unavailable`: the outside world did not answer in time, or said "not now".
 * - `too_large`: a result is larger than a payload may be.
 * - `over_budget`: the budget ended with nothing in hand.
 * - `outcome_unknown`: a worker was lost in a step that must not be repeated.
 * - `broken`: a bug, here or in a worker.
 */
export const FAILURES = [
  'invalid_input',
  'refused',
  'unavailable',
  'too_large',
  'over_budget',
  'outcome_unknown',
  'broken',
] as const;
export type Failure = (typeof FAILURES)[number];

/** Whether the same call may succeed later. Derived from the kind alone. */
export function isRetryable(failure: Failure): boolean {
  switch (failure) {
    case 'unavailable':
    case 'over_budget':
      return true;
    case 'invalid_input':
    case 'refused':
    case 'too_large':
    case 'outcome_unknown':
    case 'broken':
      return false;
    default:
      return failure satisfies never;
  }
}

/** First detail of every failure of ours. */
export interface FailureDetail {
  /** What the failed step may have done to the outside world. */
  readonly sideEffect: 'none' | 'unknown' | 'done';
  /** The attempt that failed last, from 1. */
  readonly attempt?: number;
  /** Attempts that the policy allows. */
  readonly of?: number;
  /** When the outside world wants to be asked again, milliseconds after the failure. */
  readonly retryAfterMs?: number;
}

/** What a callback says of the end of a job: never its result. The input of the workflow `deliverWebhook`. */
export interface Notice {
  readonly url: string;
  readonly job: JobId;
  readonly tool: string;
  readonly status: 'done' | 'partial' | 'failed' | 'cancelled';
  /** ISO 8601. */
  readonly endedAt: string;
}

/** When a callback is tried, milliseconds after the end of the job: the schedule of Standard Webhooks. */
export const WEBHOOK_SCHEDULE: readonly number[] = [
  0,
  5_000,
  5 * 60_000,
  30 * 60_000,
  2 * 3_600_000,
  5 * 3_600_000,
  10 * 3_600_000,
  14 * 3_600_000,
  20 * 3_600_000,
  24 * 3_600_000,
];

/**
 * What came of one attempt at a callback. The receiver's own words are never kept.
 *
 * - `accepted`: a 2xx.
 * - `gone`: a 410: the receiver wants no more.
 * - `not_allowed`, `bad_url`, `forbidden_address`: not sent, and not to be sent.
 * - `not_verified`: a 2xx that did not repeat the challenge.
 * - `redirected`, `rejected`, `unwell`: a 3xx, another 4xx, a 5xx.
 * - `host_not_found`, `timeout`, `connection`, `tls`, `too_large`: no reply, or none that could be read.
 * - `lost`: the worker did not report back. Whether the attempt arrived is unknown.
 */
export type Attempt =
  | 'accepted'
  | 'gone'
  | 'not_allowed'
  | 'bad_url'
  | 'forbidden_address'
  | 'not_verified'
  | 'redirected'
  | 'rejected'
  | 'unwell'
  | 'host_not_found'
  | 'timeout'
  | 'connection'
  | 'tls'
  | 'too_large'
  | 'lost';

/** Search attributes (Keyword) that every job carries. */
export const SEARCH_ATTRIBUTES = {
  tenant: 'HoldfastTenant',
  subject: 'HoldfastSubject',
  tool: 'HoldfastTool',
} as const;
