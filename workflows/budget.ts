/** The working time of a job: a workflow timer that stands still while the job waits for a person, or the time limit of its one step. */
import { ActivityFailure, CancellationScope, CancelledFailure, TimeoutFailure, sleep } from '@temporalio/workflow';
import type { PartialResult, Policy } from './contract';

/** How long the job's code may clean up after the budget ended or the job was cancelled. */
const GRACE_MS = 5_000;
/** Kept back from the budget to return the partial result, since a worker takes some milliseconds for that. */
const RETURN_MS = 250;
/** How many steps the job's code may start after that. */
const LATE_STEPS_MAX = 20;

export interface Budget {
  /** Why the job was stopped before its end, if it was: its working time is over, or its history is full. */
  readonly ended: PartialResult['reason'] | undefined;
  /** Working time that is left, milliseconds. */
  leftMs(): number;
  /**
   * Runs the job and cancels it when the working time is over. A job that was cancelled before it began does not begin. Code
   * that ignores its cancellation delays the end of the job by the grace at most.
   *
   * @throws CancelledFailure when the budget ended or the job was cancelled
   */
  within<R>(run: () => Promise<R>): Promise<R>;
  /**
   * Must be awaited before each step. After the end it lets only a few steps through: code that retries a step for ever would
   * hang the worker.
   */
  admit(): Promise<void>;
  /** The time limit of a step, milliseconds, where that is what keeps the budget. */
  stepLimitMs(): number | undefined;
  /** Whether an error of a step is the end of the budget: then the job is stopped. */
  isOver(error: unknown): boolean;
  /** Stops the job as at the end of its working time. */
  end(reason: PartialResult['reason']): void;
  /** Stops the clock until {@link Budget.release} is called as often as this. */
  hold(): void;
  release(): void;
}

/** How long a job with this budget may work, milliseconds. */
export function workingMsOf({ budgetMs }: Policy): number {
  return budgetMs - Math.min(RETURN_MS, budgetMs / 10);
}

/**
 * @param leftMs - the working time that is left, milliseconds. It begins when `within` is called.
 * @param keptBy - a timer; or, at no cost, the time limit of the one step that the job waits for
 */
export function createBudget(leftMs: number, keptBy: 'timer' | 'step' = 'timer'): Budget {
  const root = CancellationScope.current();
  const work = new CancellationScope();
  let startedAt = 0;
  let holds = 0;
  let ended: Budget['ended'];
  let lateSteps = 0;
  let timer = new CancellationScope();

  const end = (reason: PartialResult['reason']): void => {
    ended = reason;
    work.cancel();
  };
  const start = (): void => {
    startedAt = Date.now();
    if (keptBy === 'step') return;
    // In the job's own scope: an author may ask in a scope that is cancelled later, which must not cancel the timer.
    timer = new CancellationScope({ cancellable: true, parent: root });
    void timer
      .run(() => sleep(Math.max(leftMs, 1), { summary: 'Budget' }))
      .then(
        () => end('budget'),
        () => undefined, // the clock was stopped, or the job is over
      );
  };

  const left = (): number => Math.max(0, holds > 0 ? leftMs : leftMs - (Date.now() - startedAt));

  return {
    get ended() {
      return ended;
    },
    end,
    leftMs: left,
    stepLimitMs: () => (keptBy === 'step' ? Math.max(1, left()) : undefined),
    isOver(error) {
      const over = keptBy === 'step' && left() === 0 && isTimeout(error);
      if (over) ended = 'budget';
      return over;
    },
    async within(run) {
      start();
      const overdue = work.cancelRequested.catch(async (cancelled: unknown) => {
        await CancellationScope.nonCancellable(() => sleep(GRACE_MS, { summary: 'Grace' }));
        throw cancelled;
      });
      try {
        await Promise.resolve(); // a cancellation that came with the first task is only seen after this
        if (work.consideredCancelled) throw new CancelledFailure('The job was cancelled before it began.');
        return await Promise.race([work.run(run), overdue]);
      } finally {
        timer.cancel();
      }
    },
    async admit() {
      if (work.consideredCancelled && ++lateSteps > LATE_STEPS_MAX) await new Promise(() => undefined);
    },
    hold() {
      if (holds++ > 0) return;
      leftMs -= Date.now() - startedAt;
      timer.cancel();
    },
    release() {
      if (--holds === 0) start();
    },
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof TimeoutFailure;
}
