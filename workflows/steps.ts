/** The steps of a job: activities under the limits of the policy that the job was started with. */
import { ActivityCancellationType, ApplicationFailure, CancelledFailure, proxyActivities } from '@temporalio/workflow';
import { fits, jsonOf, tooLarge } from './bounded';
import type { Budget } from './budget';
import { FOLLOW_ATTEMPTS, queueOf } from './contract';
import type { Failure, FailureDetail, Policy } from './contract';
import { head } from './cut';
import type { Duration } from './define-tool';
import { jobFailure, kindOf } from './failure';
import type { Journal } from './journal';
import type { JobProgress } from './progress';
import type { StepIds } from './step-ids';
import type { Turns } from './turns';

/** Longest message of a step in the Web UI, characters. */
const SUMMARY_MAX = 200;

/** Limits for some steps of a job. They can only be narrower than the job's policy, except with `follows`. */
export interface StepLimits {
  /** The steps change nothing and follow what runs elsewhere: they are tried again in a job whose tool is tried once, too. */
  readonly follows?: true;
  /** Longest time for all attempts at a step together, pauses included. */
  readonly within?: Duration;
  readonly attempts?: number;
}

/** The result of a step that the job can do without. */
export type Settled<R> =
  | { readonly ok: true; readonly value: R }
  | {
      readonly ok: false;
      readonly failure: Failure;
      /** The reason, in a sentence for the caller. */
      readonly why: string;
      /** How long the outside world asked to wait before another attempt, seconds, if it did. */
      readonly retryAfterS?: number;
    };

/** What the steps of a job need from the job. */
export interface StepsNeeds {
  readonly policy: Policy;
  readonly budget: Pick<Budget, 'admit' | 'isOver' | 'stepLimitMs'>;
  readonly progress: Pick<JobProgress, 'current'>;
  readonly turns: Turns;
  readonly stepIds: StepIds;
  readonly journal: Journal;
}

/** The activities `A`. In the Web UI each shows the message of the job's progress. */
export function createSteps<A>(job: StepsNeeds, limits: StepLimits): A {
  const most = limits.follows ? FOLLOW_ATTEMPTS : job.policy.attempts;
  const policy = { ...job.policy, attempts: Math.min(limits.attempts ?? most, most) };
  const activities = proxyActivities<Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>>({
    startToCloseTimeout: policy.stepTimeoutMs,
    heartbeatTimeout: policy.heartbeatMs,
    ...(limits.within && { scheduleToCloseTimeout: limits.within }),
    ...(policy.queue !== undefined && { taskQueue: queueOf(policy.queue) }),
    // A step that ignores its cancellation must not delay the end of the job.
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: {
      maximumAttempts: policy.attempts,
      initialInterval: policy.retryInitialMs,
      maximumInterval: policy.retryMaxMs,
    },
  });
  const step =
    (name: string) =>
    async (...args: unknown[]): Promise<unknown> => {
      await job.budget.admit();
      const what = `The input of step ${name}`;
      const input = jsonOf(what, args, policy);
      if (!fits(input)) throw tooLarge(what, input, policy);
      await job.turns.take();
      const id = job.stepIds(name, input);
      const before = job.journal.recall(id.activityId);
      try {
        if (before) return await before;
        job.journal.takeNew(name, policy);
        const limitMs = job.budget.stepLimitMs();
        const options = {
          summary: head(job.progress.current().message, SUMMARY_MAX),
          ...id,
          ...(limitMs !== undefined && { scheduleToCloseTimeout: limitMs }),
        };
        const result = await activities[name]?.executeWithOptions(options, args);
        job.journal.keep(id.activityId, result);
        return result;
      } catch (error) {
        const failure = job.budget.isOver(error)
          ? new CancelledFailure('The budget ended.')
          : jobFailure(error, policy);
        if (!before) job.journal.keepError(id.activityId, failure);
        throw failure;
      } finally {
        job.turns.give();
      }
    };
  return new Proxy({}, { get: (_target, name) => step(String(name)) }) as A;
}

/** Runs steps and returns their failure as a value. Cancellation, and so the end of the budget, is still thrown. */
export async function settle<R>(run: () => Promise<R>): Promise<Settled<R>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    const failure = kindOf(error);
    if (!failure) throw error;
    const [detail] = (error.details ?? []) as FailureDetail[];
    const after = detail?.retryAfterMs;
    return {
      ok: false,
      failure,
      why: error.message,
      ...(after !== undefined && { retryAfterS: Math.ceil(after / 1000) }),
    };
  }
}
