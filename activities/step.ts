/**
 * Turns a plain function into an activity: beats while it runs, passes on cancellation, guards the size of the result and
 * gives every error a kind. The policy (timeouts, attempts) comes with the job, not from here.
 */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { MAX_RESULT_BYTES } from '../workflows/contract';
import type { StepProgress } from '../workflows/contract';
import { failure } from './failure';

/**
 * How long a step that was cancelled may take to end by itself. The SDK also cancels one whose time is up (5 s later at the
 * latest, without the server), and all of them 7 s before a worker that stops is ended by force.
 */
const GRACE_MS = 5_000;

/** What a step may ask of the job that it belongs to. */
export interface StepContext {
  /**
   * Fires when the job is cancelled, its budget or the step's time ends, or the worker shuts down. Pass it to everything that
   * can wait: 5 s later the step counts as cancelled, and what it still does is nobody's.
   */
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
      const running = run(input, {
        signal: context.cancellationSignal,
        report: (progress) => context.heartbeat((last = progress)),
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
      if (error instanceof ApplicationFailure) throw error;
      // The caller is told no more than that it failed; the operator reads the rest here.
      context.log.error('step failed', { err: error });
      throw failure('unavailable', `Step ${context.info.activityType} failed.`, error, 'unknown');
    } finally {
      clearInterval(beat);
    }
  };
}

/** Else a promise that never settles would keep its place in the worker for ever. */
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
