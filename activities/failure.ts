/** How an activity says why it failed: a kind of the contract and a sentence written by us, never an upstream's text. */
import { ApplicationFailure, asyncLocalStorage } from '@temporalio/activity';
import type { Info } from '@temporalio/activity';
import { msOptionalToNumber } from '@temporalio/common/lib/time';
import { isRetryable } from '../workflows/contract';
import type { Failure, FailureDetail } from '../workflows/contract';
import { head } from '../workflows/cut';
import { wellFormedError } from '../workflows/well-formed';

/** Longest text of a cause, characters. */
const CAUSE_MAX = 10_000;

/**
 * Makes the error that an activity throws. Its kind decides whether Temporal tries again.
 *
 * @param kind - why it failed
 * @param sentence - what happened and what to do; the caller and the model see it word for word
 * @param cause - the original error, for the operator: kept in the history, never shown to a caller
 * @param sideEffect - what the step may have done to the outside world before it failed
 * @param retryAfterMs - how long the outside world asked us to wait, milliseconds, if it did; the next attempt waits at least
 *   as long
 */
export function failure(
  kind: Failure,
  sentence: string,
  cause?: unknown,
  sideEffect: FailureDetail['sideEffect'] = 'none',
  retryAfterMs?: number,
): ApplicationFailure {
  const info = asyncLocalStorage.getStore()?.info;
  const detail: FailureDetail = {
    sideEffect,
    ...(info && { attempt: info.attempt }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  const made = ApplicationFailure.create({
    type: kind,
    message: sentence,
    nonRetryable: !isRetryable(kind),
    details: [detail],
    ...(info && isRetryable(kind) && { nextRetryDelay: Math.max(retryAfterMs ?? 0, backoffOf(info)) }),
    ...(cause instanceof Error && { cause: clipped(cause) }),
  });
  return wellFormedError(made);
}

/**
 * The policy's pause before the next attempt, milliseconds. It is varied by ±25 %, so that steps that failed together are not
 * all retried at the same moment.
 */
function backoffOf({ attempt, retryPolicy }: Info): number {
  const first = msOptionalToNumber(retryPolicy?.initialInterval) ?? 1_000;
  const most = msOptionalToNumber(retryPolicy?.maximumInterval) ?? first * 100;
  const pause = Math.min(first * (retryPolicy?.backoffCoefficient ?? 2) ** (attempt - 1), most);
  return Math.round(pause * (0.75 + Math.random() / 2));
}

/**
 * The cause with its message cut. Some libraries put whole response bodies into a message; Temporal would refuse a failure of
 * that size, and the step would look as if its worker were lost.
 */
function clipped(cause: Error): Error {
  if (cause.message.length <= CAUSE_MAX) return cause;
  const short = new Error(`${head(cause.message, CAUSE_MAX)}…`);
  short.name = cause.name;
  return short;
}
