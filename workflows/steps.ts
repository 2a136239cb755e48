/** The steps of a job: activities, each bounded by the policy that the job was started under. */
import { ActivityCancellationType, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import { bounded } from './bounded';
import type { Budget } from './budget';
import { queueOf } from './contract';
import type { Failure, FailureDetail, Policy } from './contract';
import type { Duration } from './define-tool';
import { jobFailure, kindOf } from './failure';
import type { Shown } from './progress';

/** Limits of some steps of a job, narrower than its policy. */
export interface StepLimits {
  /** For all attempts together, pauses included. */
  readonly within?: Duration;
  readonly attempts?: number;
}

/** What came of a step that the job can do without. */
export type Settled<R> =
  | { readonly ok: true; readonly value: R }
  | {
      readonly ok: false;
      readonly failure: Failure;
      /** For the caller. */
      readonly why: string;
      /** When it may be tried again, seconds, if the outside world said so. */
      readonly retryAfterS?: number;
    };

/** The activities of `A`. Each is named in the Web UI after what the job is doing. */
export function stepsUnder<A>(under: Policy, limits: StepLimits, { admit }: Budget, { current }: Shown): A {
  const policy = { ...under, attempts: Math.min(limits.attempts ?? under.attempts, under.attempts) };
  const activities = proxyActivities<Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>>({
    startToCloseTimeout: policy.stepTimeoutMs,
    heartbeatTimeout: policy.heartbeatMs,
    ...(limits.within && { scheduleToCloseTimeout: limits.within }),
    ...(policy.queue !== undefined && { taskQueue: queueOf(policy.queue) }),
    // A step that does not listen must not hold up the end of the job.
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
      await admit();
      const input = bounded(`The input of step ${name}`, args, policy);
      try {
        return await activities[name]?.executeWithOptions({ summary: current().message }, input);
      } catch (error) {
        throw jobFailure(error, policy);
      }
    };
  return new Proxy({}, { get: (_target, name) => step(String(name)) }) as A;
}

/** Runs steps whose failure the job survives. Cancellation and the end of the budget it does not. */
export async function settle<R>(run: () => Promise<R>): Promise<Settled<R>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    const failure = error instanceof ApplicationFailure ? kindOf(error) : undefined;
    if (!failure || !(error instanceof ApplicationFailure)) throw error;
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
