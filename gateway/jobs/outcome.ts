/** How a job ended, made from what Temporal's client throws or returns. Nothing an upstream wrote passes as our words. */
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { z } from 'zod';
import type { WorkflowFailedError } from '@temporalio/client';
import { FAILURES, isPartialResult, isRetryable } from '../../workflows/contract';
import type { Failure, FailureDetail, PartialResult, Progress } from '../../workflows/contract';

/** A workflow that is not ours may return anything under this name. */
const Partial = z.object({
  value: z.unknown(),
  reason: z.enum(['budget', 'history']).catch('budget'),
  progress: z
    .object({ done: z.number(), total: z.number().exactOptional(), message: z.string() })
    .optional()
    .catch(undefined),
});

const Detail = z
  .object({
    sideEffect: z.enum(['none', 'unknown', 'done']),
    attempt: z.number().exactOptional(),
    of: z.number().exactOptional(),
    retryAfterMs: z.number().exactOptional(),
  })
  .catch({ sideEffect: 'unknown' });

/** How a job ended. */
export type Outcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | {
      readonly kind: 'partial';
      readonly reason: PartialResult['reason'];
      readonly value: unknown;
      readonly progress: Progress | undefined;
    }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly sentence: string; readonly detail: FailureDetail }
  | { readonly kind: 'cancelled' };

/** Whether the same call may succeed later. What may have happened must not be tried again blindly, however transient the cause. */
export function mayComeAgain({ failure, detail }: Extract<Outcome, { kind: 'failed' }>): boolean {
  return isRetryable(failure) && (detail.sideEffect === 'none' || (detail.of ?? 1) > 1);
}

/** Whether the idempotency key of the job may begin another one: nothing has happened, and later something may. */
export function freesKey(outcome: Outcome): boolean {
  return outcome.kind === 'failed' && isRetryable(outcome.failure) && outcome.detail.sideEffect === 'none';
}

/** Reads what a workflow returned. */
export function endedWith(value: unknown): Outcome {
  if (!isPartialResult(value)) return { kind: 'done', value };
  const { value: found, reason, progress } = Partial.parse(value);
  return { kind: 'partial', reason, value: found, progress };
}

/**
 * Reads the failure of a workflow. A kind that we do not know, from a workflow that is not ours, is `broken`.
 *
 * @param told - whether the job was told to stop: one that was, and had to be terminated, counts as cancelled
 */
export function failedOutcome({ cause }: WorkflowFailedError, told: boolean): Outcome {
  if (cause instanceof CancelledFailure || (cause instanceof TerminatedFailure && told)) return { kind: 'cancelled' };
  if (cause instanceof TerminatedFailure)
    return broken(
      'The job was terminated in Temporal: by an operator, or by Temporal itself over a limit. The audit trail says why.',
    );
  if (cause instanceof TimeoutFailure) return broken("The job ran into Temporal's own time limit.");
  const kind = FAILURES.find((failure) => cause instanceof ApplicationFailure && cause.type === failure);
  if (kind === undefined || !(cause instanceof ApplicationFailure))
    return broken('The workflow failed. The audit trail says why.');
  const detail = Detail.parse(cause.details?.[0]);
  return { kind: 'failed', failure: kind, sentence: cause.message, detail };
}

/** How a job ended whose result is in a form that only its own worker can read, or in none. */
export const UNREADABLE = broken('The job ended with a result that is not JSON and cannot be read.');

function broken(sentence: string): Outcome {
  return { kind: 'failed', failure: 'broken', sentence, detail: { sideEffect: 'unknown' } };
}
