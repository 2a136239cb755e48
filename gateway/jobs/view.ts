/** What can be told about a job at one moment, with no worker needed: made from Temporal's `describe`. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { DEFAULT_POLICY, MEMO_JOB, MEMO_PARTIAL, MEMO_PROGRESS, MEMO_QUESTIONS } from '../../workflows/contract';
import type { Policy, Question } from '../../workflows/contract';
import type { Estimate } from './estimates';
import type { JobRef } from '../ids';
import { Heartbeat, Memo } from './memo';
import { heldText, retryingIn, troubleIn, unclaimedIn } from './pending';
import type { Retrying } from './pending';
import type { Queue } from './queues';
import { statusOf, wasToldToStop } from './status';
import type { Status } from './status';

/** A job at one moment. */
export interface JobView {
  readonly ref: JobRef;
  readonly tool: string;
  readonly argsHash: string;
  /** How long after its start the job can be read, milliseconds. */
  readonly ttlMs: number;
  /** How long after its end it can be read at least, milliseconds. */
  readonly keptMs: number;
  readonly status: Status;
  /** Told to stop, for good, whatever it still says: it ends as soon as a worker has heard of it. */
  readonly cancelling: boolean;
  /** When it was told so, while it has not ended. */
  readonly cancelledAt: Date | undefined;
  /** When its call was accepted, by the gateway's clock; by Temporal's for a job that others started. */
  readonly startedAt: Date;
  readonly closedAt: Date | undefined;
  /** From the memo: how many steps are finished, how many there are in all, and what the running one is called. */
  readonly progress:
    | {
        readonly done: number;
        readonly total?: number | undefined;
        readonly message: string;
        readonly at?: string | undefined;
      }
    | undefined;
  /** From the heartbeat of the running step: how far it is. */
  readonly within:
    | { readonly done?: number | undefined; readonly total?: number | undefined; readonly message?: string | undefined }
    | undefined;
  /** The open questions. Where the status is not `input_required` they may have been answered a moment ago. */
  readonly questions: readonly Question[];
  /** The last partial result, or how long it is where it is too long for the memo: a worker has it then. */
  readonly partial:
    | { readonly kind: 'value'; readonly value: unknown }
    | { readonly kind: 'elsewhere'; readonly characters: number }
    | undefined;
  /** Which attempt at its next decision is under way; 0 when none is due. */
  readonly deciding: number;
  /** What keeps the job from going on that somebody has to mend, in words for a person. */
  readonly trouble: string | undefined;
  /** The step that is tried again, if one is. */
  readonly retrying: Retrying | undefined;
  /** Where its next step or decision waits that no worker has taken, and how that queue is, in words. */
  readonly unclaimed: (Queue & { readonly state?: string }) | undefined;
  /** How long after `startedAt` it begins, milliseconds: not 0 if it was put off. */
  readonly delayMs: number;
  /** How much longer it will take, where earlier jobs tell. */
  readonly estimate: Estimate | undefined;
  /** Its tool has handle tools of its own. */
  readonly ownHandles: boolean;
}

/** Counted from the start, with all the time that the job may take: a promise that holds however early it ends. */
export const ttlOf = ({
  budgetMs,
  askMs,
  ttlMs = DEFAULT_POLICY.ttlMs,
}: Pick<Policy, 'budgetMs' | 'askMs' | 'ttlMs'>): number => budgetMs + askMs + ttlMs;

/** Makes the view. `heartbeat` is that of the running step, decoded. */
export function viewOf(ref: JobRef, description: WorkflowExecutionDescription, heartbeat: unknown): JobView {
  const memo = Memo.parse(description.memo ?? {});
  const told = wasToldToStop(description.raw);
  const status = statusOf(description.status.name, told);
  const policy = memo[MEMO_JOB]?.policy ?? DEFAULT_POLICY;
  const retrying = retryingIn(description);
  const delayMs = (description.executionTime ?? description.startTime).getTime() - description.startTime.getTime();
  const beat = Heartbeat.parse(heartbeat);
  const { heldBy, ...within } = beat ?? {};
  const questions = status === 'running' ? memo[MEMO_QUESTIONS] : [];
  return {
    ref,
    tool: memo[MEMO_JOB]?.tool ?? description.type,
    argsHash: memo[MEMO_JOB]?.argsHash ?? '',
    ttlMs: delayMs + ttlOf(policy),
    keptMs: policy.ttlMs ?? DEFAULT_POLICY.ttlMs,
    // With a decision pending there is news that the job has not taken in yet: an answer, most likely.
    status: questions.length > 0 && !description.raw.pendingWorkflowTask ? 'input_required' : status,
    cancelling: told,
    cancelledAt: undefined,
    startedAt: new Date(memo[MEMO_JOB]?.at ?? description.startTime),
    closedAt: description.closeTime,
    progress: memo[MEMO_PROGRESS],
    within: beat && within,
    questions,
    partial: memo[MEMO_PARTIAL],
    deciding: description.raw.pendingWorkflowTask?.attempt ?? 0,
    trouble: status === 'running' ? (troubleIn(description) ?? (heldBy && heldText(heldBy))) : undefined,
    retrying,
    unclaimed: status === 'running' ? unclaimedIn(description) : undefined,
    delayMs,
    estimate: undefined,
    ownHandles: memo[MEMO_JOB]?.handles === 'own',
  };
}

/** The view of a job that was started a moment ago, or that cannot be looked at just now. */
export function newView(
  ref: JobRef,
  tool: string,
  policy: Policy,
  { delayMs = 0, ...more }: Partial<Pick<JobView, 'trouble' | 'ownHandles' | 'delayMs'>> = {},
): JobView {
  return {
    ref,
    tool,
    argsHash: '',
    ttlMs: delayMs + ttlOf(policy),
    keptMs: policy.ttlMs ?? DEFAULT_POLICY.ttlMs,
    status: 'running',
    cancelling: false,
    cancelledAt: undefined,
    startedAt: new Date(),
    closedAt: undefined,
    progress: undefined,
    within: undefined,
    questions: [],
    partial: undefined,
    deciding: 0,
    trouble: undefined,
    retrying: undefined,
    unclaimed: undefined,
    delayMs,
    estimate: undefined,
    ownHandles: false,
    ...more,
  };
}

/** When the job can no longer be read. One that was waited for longer than planned is kept for longer. */
export function expiryOf({ startedAt, ttlMs, closedAt, keptMs }: JobView): Date {
  return new Date(Math.max(startedAt.getTime() + ttlMs, (closedAt?.getTime() ?? 0) + keptMs));
}

/** Whether the job has ended. */
export function isClosed({ status }: JobView): boolean {
  return status === 'done' || status === 'failed' || status === 'cancelled';
}

/** When the work on it begins, or began. */
export function beginOf({ startedAt, delayMs }: JobView): Date {
  return new Date(startedAt.getTime() + delayMs);
}

/** Whether it has not begun because its caller wanted it later. */
export function isPutOff(view: JobView): boolean {
  return !isClosed(view) && beginOf(view).getTime() > Date.now();
}

/** Equal for two views of a job exactly if there is nothing new to tell: a countdown, or a place in line, is no news. */
export function fingerprint(view: JobView): string {
  const { status, cancelling, progress, within, trouble, retrying, unclaimed, questions } = view;
  const tried = retrying && [retrying.step, retrying.attempt];
  return JSON.stringify([
    status,
    cancelling,
    progress,
    within,
    trouble,
    tried,
    unclaimed?.name,
    questions.map(({ key }) => key),
  ]);
}
