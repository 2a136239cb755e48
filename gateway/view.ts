/** What can be told about a job at one moment, with no worker needed: made from Temporal's `describe`. */
import { z } from 'zod';
import { MEMO_JOB, MEMO_PARTIAL, MEMO_PROGRESS, MEMO_QUESTIONS } from '../workflows/contract';
import type { Question } from '../workflows/contract';
import type { JobRef } from './ids';

export type Status = 'running' | 'input_required' | 'done' | 'failed' | 'cancelled';

/** A job at one moment. Times are those of Temporal's clock. */
export interface JobView {
  readonly ref: JobRef;
  readonly runId: string;
  readonly tool: string;
  readonly argsHash: string;
  readonly status: Status;
  readonly startedAt: Date;
  readonly closedAt: Date | undefined;
  /** Finished steps, steps in all, and what goes on, from the memo; finer progress of the running step, from its heartbeat. */
  readonly progress:
    { readonly done: number; readonly total?: number | undefined; readonly message: string } | undefined;
  readonly within:
    | { readonly done?: number | undefined; readonly total?: number | undefined; readonly message?: string | undefined }
    | undefined;
  readonly questions: readonly Question[];
  readonly partial: { readonly value: unknown } | { readonly characters: number } | undefined;
  /** What keeps the job from going on, in words for a person; undefined when all is well. */
  readonly trouble: string | undefined;
}

/** A pending activity as `describe` reports it, with its heartbeat decoded. */
export interface PendingStep {
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
  /** 0 when unlimited. */
  readonly attempts: number;
  readonly started: boolean;
  readonly nextAttemptAt: Date | undefined;
  readonly scheduledAt: Date | undefined;
  readonly heartbeat: unknown;
}

/** What {@link viewOf} needs of a description. */
export interface Description {
  readonly runId: string;
  readonly type: string;
  readonly status: string;
  readonly startedAt: Date;
  readonly closedAt: Date | undefined;
  readonly memo: Readonly<Record<string, unknown>>;
  readonly steps: readonly PendingStep[];
  /** The workflow task that waits for a worker, if one does. */
  readonly decision:
    { readonly attempt: number; readonly started: boolean; readonly scheduledAt: Date | undefined } | undefined;
}

// A job may have been started, and its memo written, by anyone: parsed here, trusted afterwards.
const Memo = z.object({
  [MEMO_JOB]: z
    .object({ tool: z.string(), argsHash: z.string().default('') })
    .optional()
    .catch(undefined),
  [MEMO_PROGRESS]: z
    .object({ done: z.number(), total: z.number().optional(), message: z.string() })
    .optional()
    .catch(undefined),
  [MEMO_PARTIAL]: z
    .union([z.object({ characters: z.number() }), z.object({ value: z.unknown() })])
    .optional()
    .catch(undefined),
  [MEMO_QUESTIONS]: z
    .array(
      z.object({
        key: z.string(),
        message: z.string(),
        schema: z.record(z.string(), z.unknown()),
        expiresAt: z.string(),
      }),
    )
    .catch([]),
});
const Heartbeat = z
  .object({ done: z.number().optional(), total: z.number().optional(), message: z.string().optional() })
  .optional()
  .catch(undefined);

/** A step or decision that waited this long has no worker: a live fleet takes it within milliseconds. */
const UNCLAIMED_MS = 5_000;

/** Makes the view. `now` is for tests. */
export function viewOf(ref: JobRef, description: Description, now = Date.now()): JobView {
  const memo = Memo.parse(description.memo);
  const running =
    description.status === 'RUNNING' || description.status === 'PAUSED' || description.status === 'CONTINUED_AS_NEW';
  const questions = running ? memo[MEMO_QUESTIONS] : [];
  return {
    ref,
    runId: description.runId,
    tool: memo[MEMO_JOB]?.tool ?? description.type,
    argsHash: memo[MEMO_JOB]?.argsHash ?? '',
    status: statusOf(description.status, questions.length > 0),
    startedAt: description.startedAt,
    closedAt: description.closedAt,
    progress: memo[MEMO_PROGRESS],
    within: Heartbeat.parse(description.steps.find((step) => step.heartbeat !== undefined)?.heartbeat),
    questions,
    partial: memo[MEMO_PARTIAL],
    trouble: running ? troubleOf(description, now) : undefined,
  };
}

/** Whether the job has ended. */
export function isClosed({ status }: JobView): boolean {
  return status === 'done' || status === 'failed' || status === 'cancelled';
}

function statusOf(status: string, asking: boolean): Status {
  switch (status) {
    case 'COMPLETED':
      return 'done';
    case 'CANCELLED':
      return 'cancelled';
    case 'FAILED':
    case 'TERMINATED':
    case 'TIMED_OUT':
      return 'failed';
    default:
      return asking ? 'input_required' : 'running';
  }
}

function troubleOf({ status, steps, decision }: Description, now: number): string | undefined {
  const unclaimed = (since: Date | undefined): boolean => since !== undefined && now - since.getTime() > UNCLAIMED_MS;
  if (status === 'PAUSED') return 'an operator has paused it';
  if (decision && decision.attempt > 3)
    return `the workflow code fails on this job (attempt ${decision.attempt}); it goes on by itself once a corrected worker is deployed`;
  const retrying = steps.find((step) => step.attempt > 1);
  if (retrying) {
    const of = retrying.attempts > 0 ? ` of ${retrying.attempts}` : '';
    const wait = retrying.started
      ? 0
      : Math.max(0, Math.ceil(((retrying.nextAttemptAt?.getTime() ?? now) - now) / 1000));
    return `step ${retrying.name} is in attempt ${retrying.attempt}${of}${wait > 0 ? `, which starts in ${wait} s` : ''}`;
  }
  const waiting = [...steps.filter((step) => !step.started), ...(decision && !decision.started ? [decision] : [])];
  if (waiting.some((item) => unclaimed(item.scheduledAt)))
    return 'no worker has taken its next step yet; it goes on as soon as one is free';
  return undefined;
}
