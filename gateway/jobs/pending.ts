/** What a job waits for: read from the pending steps and the pending decision that `describe` tells of. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { optionalTsToDate } from '@temporalio/common/lib/time';
import { FAILURES } from '../../workflows/contract';
import type { Queue } from './queues';

/** A step or decision that waited this long has no worker: a live fleet takes it within milliseconds. */
const UNCLAIMED_MS = 5_000;
/** TIMEOUT_TYPE_HEARTBEAT. */
const HEARTBEAT = 4;
/** PENDING_ACTIVITY_STATE_SCHEDULED and PENDING_WORKFLOW_TASK_STATE_SCHEDULED. */
const SCHEDULED = 1;

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** A step that failed and is tried again. */
export interface Retrying {
  readonly step: string;
  /** The attempt that runs or comes next, from 1. */
  readonly attempt: number;
  readonly of?: number;
  /** ISO 8601; absent while the attempt runs. */
  readonly next_attempt_at?: string;
  /** Why the last one failed, in our words; absent where those were not ours. */
  readonly last_error?: string;
}

/** What keeps a job from going on that somebody has to mend. */
export function troubleIn({ status, raw }: WorkflowExecutionDescription): string | undefined {
  if (status.name === 'PAUSED') return 'an operator has paused it';
  const decision = raw.pendingWorkflowTask;
  if (!decision || (decision.attempt ?? 1) <= 3) return undefined;
  return `its next decision was tried ${decision.attempt} times: the workflow code fails, or no worker answers; the log of the workers tells which. It goes on once that is mended, unless it is pinned to the code that it began with`;
}

/** A worker that runs nothing but one step, which may be another job's. */
export function heldText(step: string): string {
  return `its worker stands still while step ${step} holds the event loop there; it goes on by itself, or on another worker`;
}

/** The queue of something that a live fleet would have taken long ago. */
export function unclaimedIn({ raw, taskQueue }: WorkflowExecutionDescription): Queue | undefined {
  const decision = raw.pendingWorkflowTask;
  const buildId = raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
  if (decision?.state === SCHEDULED && msUntil(decision.scheduledTime) < -UNCLAIMED_MS)
    return { name: taskQueue, type: 'workflow', ...(buildId && { build: buildId }) };
  const step = raw.pendingActivities?.find(
    ({ state, scheduledTime, nextAttemptScheduleTime: next }) =>
      state === SCHEDULED && msUntil(next ?? scheduledTime) < -UNCLAIMED_MS,
  );
  return step && { name: step.activityOptions?.taskQueue?.name ?? taskQueue, type: 'activity' };
}

/** The step that is tried again, if one is. */
export function retryingIn({ raw: { pendingActivities } }: WorkflowExecutionDescription): Retrying | undefined {
  const pending = pendingActivities?.find(({ attempt }) => (attempt ?? 1) > 1);
  if (!pending) return undefined;
  const { activityType, attempt, maximumAttempts, state, nextAttemptScheduleTime, lastFailure } = pending;
  const next = state === SCHEDULED ? optionalTsToDate(nextAttemptScheduleTime) : undefined;
  const lastError = lastErrorOf(lastFailure);
  return {
    step: activityType?.name ?? '',
    attempt: attempt ?? 1,
    ...(maximumAttempts && { of: maximumAttempts }),
    ...(next && { next_attempt_at: next.toISOString() }),
    ...(lastError && { last_error: lastError }),
  };
}

/** Why an attempt failed, in our words. What a step says that fails without a kind is not in our words, and left out. */
function lastErrorOf(failure: Pending['lastFailure']): string | undefined {
  if (!failure) return undefined;
  if (failure.timeoutFailureInfo)
    return failure.timeoutFailureInfo.timeoutType === HEARTBEAT
      ? 'its worker was lost, or stood still.'
      : 'it did not end in the time that it was given.';
  return FAILURES.some((kind) => kind === failure.applicationFailureInfo?.type)
    ? (failure.message ?? undefined)
    : undefined;
}

/** Negative when it is past; 0 when unknown. */
function msUntil(time: Parameters<typeof optionalTsToDate>[0]): number {
  return (optionalTsToDate(time)?.getTime() ?? Date.now()) - Date.now();
}
