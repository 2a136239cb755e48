/** Turns an error that ended a job into a kind of the contract and a sentence, which the caller reads and the Web UI shows. */
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/workflow';
import { FAILURES, LOST_MAX, lostIn, poisonText } from './contract';
import type { Failure, FailureDetail, Policy } from './contract';
import { wellFormedError } from './well-formed';

/** The type of the SDK's failure for a step that its worker had no time to finish when it was stopped. */
const WORKER_SHUTDOWN = 'WorkerShutdown';

/** The SDK's failure from a worker that does not know the step that it was given. */
const NOT_FOUND = 'NotFoundError';
const NOT_REGISTERED = /is not registered on this Worker/;

/** Makes a failure that ends the job. */
export function fail(kind: Failure, sentence: string, detail: FailureDetail, cause?: Error): ApplicationFailure {
  const made = ApplicationFailure.create({
    type: kind,
    message: sentence,
    nonRetryable: true,
    details: [detail],
    ...(cause && { cause }),
  });
  return wellFormedError(made);
}

/** The kind of a failure, if it is one of the contract's. */
export function kindOf({ type }: ApplicationFailure): Failure | undefined {
  return FAILURES.find((known) => known === type);
}

/** Turns the error that a workflow threw into the failure of its job. An error that is not that of a step is returned as it is. */
export function jobFailure(error: unknown, policy: Policy): unknown {
  if (!(error instanceof ActivityFailure)) return wellFormedError(error);
  const { cause, activityType } = error;
  if (cause instanceof CancelledFailure) return error;
  if (cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && cause.type === WORKER_SHUTDOWN)) {
    const detail: FailureDetail = { sideEffect: 'unknown', attempt: policy.attempts, of: policy.attempts };
    // Silence is not slowness: the one is mended at the worker, the other with a longer time or a smaller task.
    const slow = cause instanceof TimeoutFailure && cause.timeoutType !== 'HEARTBEAT';
    if (!slow && cause instanceof TimeoutFailure && lostIn(cause.lastHeartbeatDetails) >= LOST_MAX)
      return fail('broken', poisonText(activityType), detail, error);
    const what = slow
      ? `Step ${activityType} did not end in the time that it was given.`
      : `Step ${activityType} did not report back: its worker was lost.`;
    return policy.attempts === 1
      ? fail(
          'outcome_unknown',
          `${what} Whether the step took effect is unknown, and it is not repeated.`,
          detail,
          error,
        )
      : fail('unavailable', what, detail, error);
  }
  const unknown: FailureDetail = { sideEffect: 'unknown', of: policy.attempts };
  const kind = cause instanceof ApplicationFailure ? kindOf(cause) : undefined;
  if (cause instanceof ApplicationFailure && cause.type === NOT_FOUND && NOT_REGISTERED.test(cause.message))
    return fail('broken', `No worker that polls for it knows a step named ${activityType}.`, unknown, error);
  // A failure without a kind of ours has a text that is not ours either: the operator finds it in the history.
  if (!kind || !(cause instanceof ApplicationFailure))
    return fail('broken', `Step ${activityType} failed.`, unknown, error);
  const [detail] = (cause.details ?? []) as FailureDetail[];
  return fail(kind, cause.message, { ...unknown, ...detail, of: policy.attempts }, error);
}
