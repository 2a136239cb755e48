/** Turns what ended a job badly into a kind of the contract and a sentence: what the caller reads, and the Web UI shows. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { Failure, FailureDetail, Policy } from './contract';

function fail(kind: Failure, sentence: string, detail: FailureDetail, cause: Error): ApplicationFailure {
  return ApplicationFailure.create({ type: kind, message: sentence, nonRetryable: true, details: [detail], cause });
}

/** Makes the failure of a job from the error that its workflow threw. An error without a meaning for a caller comes back as it is. */
export function jobFailure(error: unknown, policy: Policy): unknown {
  if (!(error instanceof ActivityFailure)) return error;
  const { cause, activityType } = error;
  if (cause instanceof TimeoutFailure) {
    const detail: FailureDetail = { sideEffect: 'unknown', of: policy.attempts };
    return policy.attempts === 1
      ? fail(
          'outcome_unknown',
          `The worker was lost in the middle of step ${activityType}. Whether the step took effect is unknown, and it is not repeated.`,
          detail,
          error,
        )
      : fail('unavailable', `Step ${activityType} did not finish in time, ${policy.attempts} times.`, detail, error);
  }
  if (cause instanceof ApplicationFailure) {
    const [detail] = (cause.details ?? []) as FailureDetail[];
    const kind = (cause.type ?? 'broken') as Failure;
    return fail(kind, cause.message, { sideEffect: 'unknown', ...detail, of: policy.attempts }, error);
  }
  return error;
}
