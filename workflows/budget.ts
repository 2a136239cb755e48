/** The working time of a job, as a workflow timer that stands still while a person is waited for. */
import { CancellationScope, CancelledFailure, sleep } from '@temporalio/workflow';

/** How long a job may clean up after its end. */
const GRACE_MS = 5_000;
/** Kept back from the budget to return what is in hand: a decision takes a worker some milliseconds. */
const PACKING_MS = 250;
/** Steps that it may begin in that time. */
const LATE_MAX = 20;

export type Budget = ReturnType<typeof startBudget>;

/** Makes a budget of `budgetMs`. At its end everything that runs `within` it is cancelled. */
export function startBudget(budgetMs: number) {
  const root = CancellationScope.current();
  const work = new CancellationScope();
  let leftMs = budgetMs - Math.min(PACKING_MS, budgetMs / 10);
  let startedAt = 0;
  let holds = 0;
  let ended = false;
  let late = 0;
  let timer = new CancellationScope();

  const start = (): void => {
    startedAt = Date.now();
    // Under the job's own scope: an author may ask in one that is cancelled, and the budget must not end with it.
    timer = new CancellationScope({ cancellable: true, parent: root });
    void timer
      .run(() => sleep(Math.max(leftMs, 1), { summary: 'Budget' }))
      .then(
        () => {
          ended = true;
          work.cancel();
        },
        () => undefined, // held, or the job is over
      );
  };

  return {
    get ended() {
      return ended;
    },
    /** Working time that is left, milliseconds. */
    leftMs: (): number => Math.max(0, holds > 0 ? leftMs : leftMs - (Date.now() - startedAt)),
    /**
     * Runs the job; one that was cancelled before it began does not begin. Code that swallows its cancellation does not hold
     * up the end of the job for longer than the grace.
     *
     * @throws CancelledFailure when the budget ended or the job was cancelled
     */
    async within<R>(run: () => Promise<R>): Promise<R> {
      start();
      const overdue = work.cancelRequested.catch(async (cancelled: unknown) => {
        await CancellationScope.nonCancellable(() => sleep(GRACE_MS, { summary: 'Grace' }));
        throw cancelled;
      });
      try {
        await Promise.resolve(); // a cancellation comes with the first task, and is known a moment later
        if (work.consideredCancelled) throw new CancelledFailure('The job was cancelled before it began.');
        return await Promise.race([work.run(run), overdue]);
      } finally {
        timer.cancel();
      }
    },
    /** Holds back the steps of code that goes on after its end: retried at once, for ever, they would hang the worker. */
    async admit(): Promise<void> {
      if (work.consideredCancelled && ++late > LATE_MAX) await new Promise(() => undefined);
    },
    hold(): void {
      if (holds++ > 0) return;
      leftMs -= Date.now() - startedAt;
      timer.cancel();
    },
    release(): void {
      if (--holds === 0) start();
    },
  };
}
