/**
 * Turns a plain function into an activity: beats while it runs, passes on cancellation, guards the size of the result and
 * gives every error a kind. The policy (timeouts, attempts) comes with the job, not from here.
 */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { MAX_RESULT_BYTES } from '../workflows/contract';
import type { StepProgress } from '../workflows/contract';
import { failure } from './failure';

/** What a step may ask of the job that it belongs to. */
export interface StepContext {
  /** Fires when the job is cancelled, its budget ends or the worker shuts down. Pass it to everything that can wait. */
  readonly signal: AbortSignal;
  /** Reports finer progress than the step's own. Cheap: may be called for every item. */
  readonly report: (progress: StepProgress) => void;
  /** From 1. */
  readonly attempt: number;
}

/**
 * Makes an activity of `run`.
 *
 * @throws ApplicationFailure `too_large` when the result passes 1.5 MB; `unavailable` (retried) for any error without a kind
 */
export function step<I, O>(run: (input: I, context: StepContext) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    const context = Context.current();
    let last: StepProgress = {};
    const beat = setInterval(() => context.heartbeat(last), (context.info.heartbeatTimeoutMs ?? 15_000) / 3);
    try {
      const output = await run(input, {
        signal: context.cancellationSignal,
        report: (progress) => context.heartbeat((last = progress)),
        attempt: context.info.attempt,
      });
      const bytes = sizeOf(output, context.info.activityType);
      if (bytes > MAX_RESULT_BYTES) {
        throw failure(
          'too_large',
          `The result of step ${context.info.activityType} has ${bytes} bytes; ${MAX_RESULT_BYTES} is the limit.`,
          undefined,
          'done',
        );
      }
      return output;
    } catch (error) {
      if (context.cancellationSignal.aborted) throw new CancelledFailure('The step was cancelled.');
      if (error instanceof ApplicationFailure) throw error;
      // The caller is told no more than that it failed; the operator reads the rest here.
      context.log.error('step failed', { err: error });
      throw failure('unavailable', `Step ${context.info.activityType} failed.`, error, 'unknown');
    } finally {
      clearInterval(beat);
    }
  };
}

function sizeOf(output: unknown, step: string): number {
  try {
    return Buffer.byteLength(JSON.stringify(output ?? null));
  } catch (error) {
    throw failure('broken', `The result of step ${step} is not JSON.`, error, 'done');
  }
}
