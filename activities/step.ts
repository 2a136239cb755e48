/**
 * Turns a plain function into an activity: it passes on what it reports, passes cancellation on, limits the size of the result and gives
 * every error a kind. The policy (timeouts, attempts) comes with the job, not from here.
 */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { MAX_RESULT_BYTES } from '../workflows/contract';
import type { StepProgress } from '../workflows/contract';
import { wellFormedError } from '../workflows/well-formed';
import { failure } from './failure';

/**
 * How long a cancelled step may take to end by itself, milliseconds. The SDK also cancels a step whose time is up (at most 5 s
 * late, even when it cannot reach the server), and every step 7 s before a stopping worker is ended by force.
 */
const GRACE_MS = 5_000;

/** What a step may ask of the job that it belongs to. */
export interface StepContext {
  /**
   * Fires when the job is cancelled, its budget or the step's time ends, or the worker shuts down. Pass it to everything that
   * can wait: 5 s after it fires the step counts as cancelled, and whatever it still does is ignored.
   */
  readonly signal: AbortSignal;
  /** Reports progress within the step. Cheap enough to be called for every item. */
  readonly report: (progress: StepProgress) => void;
  /** Which attempt at the step this is, from 1. */
  readonly attempt: number;
}

/**
 * Turns `run` into an activity.
 *
 * @throws ApplicationFailure `too_large` when the result passes 1.5 MB; `unavailable` (retried) for any error without a kind
 */
export function step<I, O>(run: (input: I, context: StepContext) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    const context = Context.current();
    try {
      const running = run(input, {
        signal: context.cancellationSignal,
        report: (progress) => context.heartbeat(progress),
        attempt: context.info.attempt,
      });
      const output = await withinGrace(running, context);
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
      if (error instanceof ApplicationFailure) throw wellFormedError(error);
      // The caller only learns that the step failed; the operator finds the reason in the log.
      context.log.error('step failed', { error });
      throw failure('unavailable', `Step ${context.info.activityType} failed.`, error, 'unknown');
    }
  };
}

/** Waits for the step, but not longer than the grace once it is cancelled: it might never settle, and hold its slot for ever. */
function withinGrace<O>(running: Promise<O>, { cancellationSignal, log }: Context): Promise<O> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const wait = (): void => {
      timer = setTimeout(() => {
        log.warn('step did not end when it was cancelled: its place is given to others');
        reject(new CancelledFailure('The step was cancelled.'));
      }, GRACE_MS);
    };
    if (cancellationSignal.aborted) wait();
    else cancellationSignal.addEventListener('abort', wait, { once: true });
    void running.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      cancellationSignal.removeEventListener('abort', wait);
    });
  });
}

function sizeOf(output: unknown, step: string): number {
  try {
    return Buffer.byteLength(JSON.stringify(output ?? null));
  } catch (error) {
    throw failure('broken', `The result of step ${step} is not JSON.`, error, 'done');
  }
}
