/** What can be told about a job at one moment, with no worker needed: made from Temporal's `describe`. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { optionalTsToDate } from '@temporalio/common/lib/time';
import { z } from 'zod';
import { DEFAULT_POLICY, MEMO_JOB, MEMO_PARTIAL, MEMO_PROGRESS, MEMO_QUESTIONS } from '../workflows/contract';
import type { Policy, Question } from '../workflows/contract';
import type { JobRef } from './ids';

export type Status = 'running' | 'input_required' | 'done' | 'failed' | 'cancelled';

/** A job at one moment. Times are those of Temporal's clock. */
export interface JobView {
  readonly ref: JobRef;
  readonly tool: string;
  readonly argsHash: string;
  /** How long after its start the job can be read at least, milliseconds. */
  readonly ttlMs: number;
  readonly status: Status;
  /** Told to stop, for good, whatever it still says: it ends as soon as a worker has heard of it. */
  readonly cancelling: boolean;
  readonly startedAt: Date;
  readonly closedAt: Date | undefined;
  /** Finished steps, steps in all, and what goes on, from the memo; finer progress of the running step, from its heartbeat. */
  readonly progress:
    | {
        readonly done: number;
        readonly total?: number | undefined;
        readonly message: string;
        readonly at?: string | undefined;
      }
    | undefined;
  readonly within:
    | { readonly done?: number | undefined; readonly total?: number | undefined; readonly message?: string | undefined }
    | undefined;
  /** Those that are open; answered already, perhaps, where the status is not `input_required`. */
  readonly questions: readonly Question[];
  readonly partial: { readonly value: unknown } | { readonly characters: number } | undefined;
  /** What keeps the job from going on, in words for a person; undefined when all is well. */
  readonly trouble: string | undefined;
}

// A job may have been started, and its memo written, by anyone: parsed here, trusted afterwards.
const Memo = z.object({
  [MEMO_JOB]: z
    .object({
      tool: z.string(),
      argsHash: z.string().default(''),
      at: z.iso.datetime().optional(),
      policy: z.object({ budgetMs: z.number(), askMs: z.number() }).catch(DEFAULT_POLICY),
    })
    .optional()
    .catch(undefined),
  [MEMO_PROGRESS]: z
    .object({ done: z.number(), total: z.number().optional(), message: z.string(), at: z.string().optional() })
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
        expiresAt: z.iso.datetime({ offset: true }),
        shown: z.boolean().exactOptional(),
        request: z
          .object({
            method: z.enum(['sampling/createMessage', 'roots/list']),
            params: z.record(z.string(), z.unknown()),
          })
          .exactOptional(),
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
/** PENDING_ACTIVITY_STATE_SCHEDULED and PENDING_WORKFLOW_TASK_STATE_SCHEDULED. */
const SCHEDULED = 1;

/** Results stay readable for as long as Temporal keeps a closed workflow: a day, on a server that nobody has configured. */
const RETENTION_MS = 86_400_000;

const ttlOf = ({ budgetMs, askMs }: Pick<Policy, 'budgetMs' | 'askMs'>): number => budgetMs + askMs + RETENTION_MS;

type Raw = WorkflowExecutionDescription['raw'];

/** Makes the view. `heartbeat` is that of the running step, decoded. */
export function viewOf(ref: JobRef, description: WorkflowExecutionDescription, heartbeat: unknown): JobView {
  const memo = Memo.parse(description.memo ?? {});
  const status = statusOf(description.status.name);
  const questions = status === 'running' ? memo[MEMO_QUESTIONS] : [];
  return {
    ref,
    tool: memo[MEMO_JOB]?.tool ?? description.type,
    argsHash: memo[MEMO_JOB]?.argsHash ?? '',
    ttlMs: ttlOf(memo[MEMO_JOB]?.policy ?? DEFAULT_POLICY),
    // With a decision pending there is news that the job has not taken in yet: an answer, most likely.
    status: questions.length > 0 && !description.raw.pendingWorkflowTask ? 'input_required' : status,
    cancelling: description.raw.workflowExtendedInfo?.cancelRequested === true,
    startedAt: new Date(memo[MEMO_JOB]?.at ?? description.startTime),
    closedAt: description.closeTime,
    progress: memo[MEMO_PROGRESS],
    within: Heartbeat.parse(heartbeat),
    questions,
    partial: memo[MEMO_PARTIAL],
    trouble: status === 'running' ? troubleOf(description.status.name, description.raw) : undefined,
  };
}

/** The view of a job that was started a moment ago, or that cannot be looked at just now. */
export function newView(ref: JobRef, tool: string, policy: Policy, trouble?: string): JobView {
  return {
    ref,
    tool,
    argsHash: '',
    ttlMs: ttlOf(policy),
    status: 'running',
    cancelling: false,
    startedAt: new Date(),
    closedAt: undefined,
    progress: undefined,
    within: undefined,
    questions: [],
    partial: undefined,
    trouble,
  };
}

/** Whether the job has ended. */
export function isClosed({ status }: JobView): boolean {
  return status === 'done' || status === 'failed' || status === 'cancelled';
}

/** Equal for two views of a job exactly if there is nothing new to tell. */
export function fingerprint({ status, cancelling, progress, within, trouble, questions }: JobView): string {
  return JSON.stringify([status, cancelling, progress, within, trouble, questions.map(({ key }) => key)]);
}

/** Our word for Temporal's WorkflowExecutionStatus. */
export function statusOf(name: WorkflowExecutionDescription['status']['name']): Exclude<Status, 'input_required'> {
  switch (name) {
    case 'COMPLETED':
      return 'done';
    case 'CANCELLED':
      return 'cancelled';
    case 'FAILED':
    case 'TERMINATED':
    case 'TIMED_OUT':
      return 'failed';
    default:
      return 'running';
  }
}

function troubleOf(status: string, { pendingActivities, pendingWorkflowTask: decision }: Raw): string | undefined {
  if (status === 'PAUSED') return 'an operator has paused it';
  if (decision && (decision.attempt ?? 1) > 3)
    return `its next decision was tried ${decision.attempt} times: the workflow code fails, or no worker answers; the log of the workers tells which. It goes on by itself once that is mended`;
  const steps = pendingActivities ?? [];
  const due = [
    ...steps.map(({ state, scheduledTime, nextAttemptScheduleTime: next }) => ({
      state,
      since: next ?? scheduledTime,
    })),
    ...(decision ? [{ state: decision.state, since: decision.scheduledTime }] : []),
  ];
  if (due.some(({ state, since }) => state === SCHEDULED && msUntil(since) < -UNCLAIMED_MS))
    return 'no worker has taken its next step yet; it goes on as soon as one is free';
  const retrying = steps.find(({ attempt }) => (attempt ?? 1) > 1);
  if (!retrying) return undefined;
  const of = retrying.maximumAttempts ? ` of ${retrying.maximumAttempts}` : '';
  const wait = retrying.state === SCHEDULED ? Math.ceil(msUntil(retrying.nextAttemptScheduleTime) / 1000) : 0;
  return `step ${retrying.activityType?.name} is in attempt ${retrying.attempt}${of}${wait > 0 ? `, which starts in ${wait} s` : ''}`;
}

/** Negative when it is past; 0 when unknown. */
function msUntil(time: Parameters<typeof optionalTsToDate>[0]): number {
  return (optionalTsToDate(time)?.getTime() ?? Date.now()) - Date.now();
}
