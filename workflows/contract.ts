/**
 * The contract: names and shapes that two processes must agree on. It imports nothing, so that it can be loaded anywhere,
 * also in Temporal's sandbox.
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
 * Everything here is a wire format: a newer version must still read jobs that an older one started.
 */

/** The task queue that the workers of this project poll. */
export const TASK_QUEUE = 'holdfast';

/** Type of the workflow that runs a tool which has one step and no workflow. */
export const SINGLE_STEP = 'singleStep';

/** Field of `_meta` for the idempotency key of a call: from a client, and to an upstream. */
export const KEY_META = 'io.holdfast/idempotency-key';

/** Temporal's name for all versions of the workflow code together. */
export const DEPLOYMENT = 'holdfast';

/**
 * The task queue for steps with a limit of their own. The workers whose configuration names it poll it.
 *
 * @param name - must match {@link QUEUE_NAME}
 */
export function queueOf(name: string): string {
  return `${TASK_QUEUE}.${name}`;
}

/** Name of the queue for callbacks. They have their own, so that slow receivers delay one another but no steps of jobs. */
export const WEBHOOKS_QUEUE = 'webhooks';

/** The form of a queue's name. */
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
  /** A worker that sends no heartbeat for this long during a step counts as dead. Beats come at two fifths of it, or every 30 s. */
  readonly heartbeatMs: number;
  /** Attempts at one step. With 1 a step is never repeated, not even when its worker is lost. */
  readonly attempts: number;
  /** Pause before the second attempt. It doubles for each further one, up to `retryMaxMs`. */
  readonly retryInitialMs: number;
  readonly retryMaxMs: number;
  /** How long a question to a person stays open before it expires. */
  readonly askMs: number;
  /** `required`: a person has to allow the job before its first step. No answer counts as a no. */
  readonly approval?: 'required';
  /** Name of the queue that the steps run on; its workers limit how many run at once. Absent: {@link TASK_QUEUE}. */
  readonly queue?: string;
  /** How long a result can be read after the end of the job. Absent in jobs of an older version: as in {@link DEFAULT_POLICY}. */
  readonly ttlMs?: number;
}

/** Attempts at a step that only watches work done elsewhere. Retrying is harmless, so there are many. */
export const FOLLOW_ATTEMPTS = 1_000;

/** The limits of a job without our memo, because something other than the gateway started it. */
export const DEFAULT_POLICY: Policy & { readonly ttlMs: number } = {
  budgetMs: 3_600_000,
  stepTimeoutMs: 600_000,
  heartbeatMs: 6_000,
  attempts: 5,
  retryInitialMs: 500,
  retryMaxMs: 60_000,
  askMs: 86_400_000,
  ttlMs: 86_400_000,
};

/** Memo key of {@link JobMemo}, written once at start by the gateway. */
export const MEMO_JOB = 'holdfast';
/** Memo key of {@link Progress}, rewritten at every step boundary. The gateway writes the first one of a job of one step. */
export const MEMO_PROGRESS = 'progress';
/** Memo key of {@link PartialMemo}. */
export const MEMO_PARTIAL = 'partial';
/** Memo key of the open {@link Question}s, an array. */
export const MEMO_QUESTIONS = 'questions';

/**
 * The present version of the author's kit.
 *
 * - 1, or absent: Temporal numbers the steps.
 * - 2: a step's id is made of its name and input, so that a replay finds it out when the code has changed. At most 1,000 steps are
 *   under way at one time. Changes of the memo are written together, when the job waits.
 *   A job goes on in a new run before its history is full.
 * - 3: less is written. The budget of a job of one step is the time limit of that step, with no timer. A progress that the memo has
 *   is not written again, nor is what changes in the decision that ends the job with a result.
 */
export const KIT = 3;

/** What a job knows about its call. It never holds a credential. */
export interface JobMemo {
  readonly tool: string;
  readonly caller: Caller;
  readonly policy: Policy;
  /** SHA-256 of the canonical JSON of the arguments, hex; of `{ continues }` for a job that goes on with another. */
  readonly argsHash: string;
  /** When the call was accepted, by the gateway's clock, ISO 8601. Absent in jobs of an older version. */
  readonly at?: string;
  /** When the job could begin, ISO 8601. Absent where it could at once, and in jobs of an older version. */
  readonly begins?: string;
  /**
   * Version of the author's kit (workflows/kit.ts) that the job runs by, for good: {@link KIT} of the gateway that started it.
   * Absent in jobs of an older version. Workers must know the version before gateways write it: update workers first.
   */
  readonly kit?: number;
  /** The job that this one continues. */
  readonly continues?: JobId;
  /** The arguments in one line, cut short, for people who look through jobs. Absent in jobs of an older version. */
  readonly args?: string;
  /** `own`: its tool has handle tools of its own, such as `wait_X`. */
  readonly handles?: 'own';
  /** Where to report the end of the job. Absent: nobody asked for that, or the job is of an older version. */
  readonly callback?: Callback;
}

/** Where to report the end of a job. It is recorded with the job, so it never holds a credential. */
export interface Callback {
  /** An https URL; plain http only for a receiver on the same machine. */
  readonly url: string;
}

/** Longest address of a callback, characters. */
export const CALLBACK_MAX = 2_048;

/** Hosts of callbacks that may be called over plain http: receivers on the same machine. */
export const LOOPBACK_HOST = /^127\.0\.0\.1:\d+$/;

/** Where a job is. `done` counts finished steps; `total` is absent while unknown. */
export interface Progress {
  readonly done: number;
  readonly total?: number;
  readonly message: string;
  /** When the job got there, ISO 8601. Absent in jobs that began under an older version. */
  readonly at?: string;
}

/** Progress within a step. */
export interface StepProgress {
  readonly done?: number;
  readonly total?: number;
  readonly message?: string;
}

/** What the heartbeats of a step carry. */
export interface Beat extends StepProgress {
  /**
   * How many attempts in a row will have lost their worker if this one ends without a word: the next one reads it. 0 once an
   * attempt has failed in words. Absent in beats of an older version.
   */
  readonly lost?: number;
  /** The step that holds the event loop of the worker, which does nothing else meanwhile. Absent: none is known to. */
  readonly heldBy?: string;
}

/** A step that has lost this many workers in a row is not tried again. */
export const LOST_MAX = 3;

/** How many attempts in a row lost their worker, by the last beat of the last of them. */
export function lostIn(beat: unknown): number {
  return typeof beat === 'object' && beat !== null && 'lost' in beat && typeof beat.lost === 'number' ? beat.lost : 0;
}

/** Why such a step is not tried again. */
export function poisonText(step: string): string {
  return `Step ${step} has ended or stopped ${LOST_MAX} workers in a row: it is taken for what does that, and not tried again.`;
}

/** Largest result of a step or a job, bytes of JSON. Temporal refuses payloads over 2 MB, and would retry for ever. */
export const MAX_RESULT_BYTES = 1_500_000;

/** Largest partial result that is kept in the memo itself, characters of JSON. A larger one is fetched by query. */
export const MEMO_PARTIAL_MAX = 1_000;

/** The last partial result: the value when it is small, otherwise only its size. */
export type PartialMemo = { readonly value: unknown } | { readonly characters: number };

/** Query that returns the last partial result in full. */
export const QUERY_PARTIAL = 'holdfast.partial';
/** Signal that carries an {@link Answer}. */
export const SIGNAL_ANSWER = 'holdfast.answer';
/** Signal that carries the key of a question that a person has been shown, so that no gateway has to push it again. */
export const SIGNAL_SHOWN = 'holdfast.shown';

/**
 * A question to a person. `key` is unique in the job. `schema` is a form as in MCP elicitation: an object whose properties are
 * strings, numbers, booleans or choices.
 */
export interface Question {
  readonly key: string;
  readonly message: string;
  readonly schema: JsonSchema;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** When it was asked, ISO 8601. Absent in jobs that began under an older version. */
  readonly at?: string;
  /** Whether a gateway has pushed it to a client. */
  readonly shown?: boolean;
  /** A request to the client itself rather than its user. Then there is no form, and the answer's content is MCP's result. */
  readonly request?: ClientRequest;
}

/** What a job may ask of the client itself: its model, or its roots. */
export interface ClientRequest {
  readonly method: 'sampling/createMessage' | 'roots/list';
  readonly params: Readonly<Record<string, unknown>>;
}

/** The answer of a person to one question. */
export interface Answer {
  readonly key: string;
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: Readonly<Record<string, unknown>>;
  /** When the gateway received it, by its clock, ISO 8601. The job may read it later, when its workers are down. */
  readonly at?: string;
  /** Who gave it, as whoever handed it in says: for the record, and not checked. Absent when nobody said. */
  readonly by?: string;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a workflow returns instead of its output when it was stopped before its end and had kept a partial result. */
export interface PartialResult {
  readonly holdfast: 'partial';
  /** `budget`: its working time was over. `history`: it had more to remember than it could take along into a new run. */
  readonly reason: 'budget' | 'history';
  readonly value: unknown;
  /** Where the job was then. Absent in results of an older version. */
  readonly progress?: Progress;
}

/**
 * What a job takes along into a new run, as its third argument, behind its input and the findings of the job that it continues.
 * Its memo goes along by itself.
 */
export interface NextRun {
  /** Working time that is left, milliseconds. */
  readonly leftMs: number;
  readonly journal: Batches;
}

/** What came in one decision of the job stands together. */
export type Batches = readonly (readonly Entry[])[];
/** What came of one step or question. The id is made of its name and its input. */
export type Entry = readonly [id: string, learned: Learned];
/** A result or reply (without `value`: undefined), a failure, or that it was cancelled. */
export type Learned =
  | { readonly value?: unknown }
  | { readonly failed: { readonly type: string; readonly message: string; readonly details: readonly unknown[] } }
  | { readonly cancelled: true };

/** Whether a workflow's return value is a {@link PartialResult} rather than an output. */
export function isPartialResult(value: unknown): value is PartialResult {
  return typeof value === 'object' && value !== null && 'holdfast' in value && value.holdfast === 'partial';
}

/**
 * Why a step or a job failed, as it crosses the wire: the `type` of Temporal's ApplicationFailure.
 *
 * - `invalid_input`: the arguments name something that cannot be worked on. The caller can correct them.
 * - `refused`: the outside world said no, and would say no again.
 * - `unavailable`: the outside world did not answer in time, or asked to try later.
 * - `too_large`: a result is larger than a payload may be, or a computation needs more memory than it has.
 * - `over_budget`: the budget ended before there was a partial result.
 * - `outcome_unknown`: a worker was lost during a step that must not be repeated.
 * - `broken`: a bug, here or in a worker; or a step that lost its worker {@link LOST_MAX} times in a row.
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

/** The first of the details of every failure of ours. */
export interface FailureDetail {
  /** What the failed step may have done to the outside world. */
  readonly sideEffect: 'none' | 'unknown' | 'done';
  /** The attempt that failed last, from 1. */
  readonly attempt?: number;
  /** Attempts that the policy allows. */
  readonly of?: number;
  /** How long the outside world asked to wait before the next attempt, milliseconds after the failure. */
  readonly retryAfterMs?: number;
}

/** Type of the workflow that delivers a callback. */
export const DELIVER_WEBHOOK = 'deliverWebhook';

/** Workflow id of the callback of a job, which has only one: the job itself starts it, or whoever has to end the job. */
export const callbackIdOf = (workflowId: string): string => `${workflowId}/webhook`;

/** What a callback says about the end of a job, never its result. It is the input of the workflow {@link DELIVER_WEBHOOK}. */
export interface Notice {
  readonly url: string;
  readonly job: JobId;
  readonly tool: string;
  readonly status: 'done' | 'partial' | 'failed' | 'cancelled';
  /** ISO 8601. */
  readonly endedAt: string;
}

/**
 * The outcome of one attempt at a callback. The receiver's own words are never kept.
 *
 * - `accepted`: status 2xx.
 * - `gone`: status 410, which says that the receiver wants no more callbacks.
 * - `not_allowed`, `bad_url`, `forbidden_address`: nothing was sent, and no later attempt would send anything.
 * - `not_verified`: status 2xx, but the reply did not repeat the challenge.
 * - `redirected`: status 3xx. `rejected`: another 4xx. `unwell`: 5xx.
 * - `host_not_found`, `timeout`, `connection`, `tls`, `too_large`: no reply, or none that could be read.
 * - `lost`: the worker did not report back. Whether the receiver got the message is unknown.
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
