/** How an activity says why it failed: a kind of the contract and a sentence written by us, never an upstream's text. */
import { ApplicationFailure, asyncLocalStorage } from '@temporalio/activity';
import { isRetryable } from '../workflows/contract';
import type { Failure, FailureDetail } from '../workflows/contract';

/** Longest text of a cause, characters. */
const CAUSE_MAX = 10_000;

/**
 * Makes the error that an activity throws. Whether Temporal tries again follows from the kind.
 *
 * @param kind - why it failed
 * @param sentence - what happened and what to do, shown to the caller and to the model as it stands
 * @param cause - the original error, for the operator: kept in the history, never shown to a caller
 * @param sideEffect - what the step may have done to the outside world before it failed
 */
export function failure(
  kind: Failure,
  sentence: string,
  cause?: unknown,
  sideEffect: FailureDetail['sideEffect'] = 'none',
): ApplicationFailure {
  const attempt = asyncLocalStorage.getStore()?.info.attempt;
  const detail: FailureDetail = { sideEffect, ...(attempt !== undefined && { attempt }) };
  return ApplicationFailure.create({
    type: kind,
    message: sentence,
    nonRetryable: !isRetryable(kind),
    details: [detail],
    ...(cause instanceof Error && { cause: clipped(cause) }),
  });
}

/** Some libraries put whole bodies into their messages. One that is too long for Temporal would make the worker look lost. */
function clipped(cause: Error): Error {
  if (cause.message.length <= CAUSE_MAX) return cause;
  const short = new Error(`${cause.message.slice(0, CAUSE_MAX)}…`);
  short.name = cause.name;
  return short;
}
