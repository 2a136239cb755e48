/**
 * The author's kit: what a workflow may ask of its own job. It applies the policy that the job was started under, so that
 * a deploy cannot change a running job, and it keeps status, partial result and open questions readable from outside.
 */
import {
  ActivityCancellationType,
  defineQuery,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { startBudget } from './budget';
import type { Budget } from './budget';
import {
  DEFAULT_POLICY,
  MAX_RESULT_BYTES,
  MEMO_JOB,
  MEMO_PARTIAL,
  MEMO_PARTIAL_MAX,
  MEMO_PROGRESS,
  QUERY_PARTIAL,
  isPartialResult,
} from './contract';
import type { FailureDetail, JobMemo, PartialMemo, PartialResult, Policy, Progress } from './contract';
import type { InputOf, OutputOf } from './define-tool';
import { fail, jobFailure } from './failure';
import { takeQuestions } from './questions';
import type { Asked, Reply } from './questions';

/** What a workflow may ask of its own job. */
export interface Job {
  /** The activities `A` under this job's policy: attempts, timeouts, heartbeat. */
  steps<A>(): A;
  /** Runs one step of the job and shows it to everyone who waits: "step n of m: message". */
  step<R>(message: string, run: () => Promise<R>): Promise<R>;
  /** Says how many steps there will be, how many are done, or what is going on between two of them. */
  progress(update: { readonly done?: number; readonly total?: number; readonly message?: string }): void;
  /** Keeps what has been found so far: readable while running, returned when the budget ends or the job is cancelled. */
  partial(value: unknown): void;
  /** Asks a person and waits, for hours if need be. The wait is durable and costs no budget. */
  ask(question: Asked): Promise<Reply>;
}

const partialQuery = defineQuery<unknown>(QUERY_PARTIAL);

/**
 * Makes a workflow of `run`: the function that Temporal calls with the tool's validated arguments.
 *
 * The workflow returns the tool's output, or a {@link PartialResult} when the budget ended with something in hand.
 *
 * @throws ApplicationFailure with a `Failure` of the contract as its type; CancelledFailure when the job was cancelled
 */
export function job<T>(run: (input: InputOf<T>, job: Job) => Promise<OutputOf<T>>) {
  return async (input: InputOf<T>): Promise<OutputOf<T> | PartialResult> => {
    // Field by field: a job that began under an older version may lack one.
    const memo = workflowInfo().memo?.[MEMO_JOB] as Partial<JobMemo> | undefined;
    const policy = { ...DEFAULT_POLICY, ...memo?.policy };
    const budget = startBudget(policy.budgetMs);
    const findings = keepFindings(policy);
    const ask = takeQuestions(policy, budget);
    const { step, progress } = showProgress();
    const steps = <A>(): A => stepsUnder<A>(policy, budget);
    try {
      return output(
        await budget.within(async () => {
          if (policy.approval === 'required') await approval(memo?.tool ?? 'The tool', input, ask);
          return run(input, { steps, step, progress, partial: findings.keep, ask });
        }),
        policy,
      );
    } catch (error) {
      if (!budget.ended || !isCancellation(error)) throw jobFailure(error, policy);
      const found = findings.last();
      if (found !== undefined)
        return bounded('The partial result', { holdfast: 'partial', reason: 'budget', value: found }, policy);
      const detail: FailureDetail = { sideEffect: 'unknown', of: policy.attempts };
      throw fail('over_budget', `The job's budget of ${policy.budgetMs / 1000} s ended with nothing in hand.`, detail);
    }
  };
}

/** Asks a person to allow the job. Returns only if one did. */
async function approval(tool: string, input: unknown, ask: Job['ask']): Promise<void> {
  const { action } = await ask({
    message: `${tool} wants to run with ${JSON.stringify(input).slice(0, 2_000)}. Allow it?`,
    schema: { type: 'object', properties: {} },
  });
  if (action === 'accept') return;
  const why = action === 'expired' ? 'Nobody allowed the call in time' : 'A person did not allow the call';
  throw fail('refused', `${why}: nothing was done.`, { sideEffect: 'none' });
}

/** Lets a value through that Temporal will take. One that it will not would be tried for ever. */
function bounded<R>(what: string, value: R, policy: Policy): R {
  const bytes = new TextEncoder().encode(jsonOf(what, value, policy)).length;
  if (bytes <= MAX_RESULT_BYTES) return value;
  const detail: FailureDetail = { sideEffect: 'unknown', of: policy.attempts };
  throw fail('too_large', `${what} has ${bytes} bytes; ${MAX_RESULT_BYTES} is the limit.`, detail);
}

function jsonOf(what: string, value: unknown, { attempts }: Policy): string {
  try {
    return JSON.stringify(value ?? null);
  } catch (error) {
    const cause = error instanceof Error ? error : undefined;
    throw fail('broken', `${what} is not JSON.`, { sideEffect: 'unknown', of: attempts }, cause);
  }
}

/** The same for an output, which must not look like what the kit returns in its place. */
function output<R>(value: R, policy: Policy): R {
  if (isPartialResult(value))
    throw fail('broken', `The job's output has a property holdfast: "partial", which is not its to set.`, {
      sideEffect: 'unknown',
    });
  return bounded("The job's result", value, policy);
}

/** The last partial result: in the memo when small, so that it reads without a worker; by query in full. */
function keepFindings(policy: Policy) {
  let last: unknown;
  setHandler(partialQuery, () => last);
  return {
    last: () => last,
    keep(value: unknown): void {
      const characters = jsonOf('A partial result', value, policy).length;
      last = value;
      const memo: PartialMemo = characters <= MEMO_PARTIAL_MAX ? { value } : { characters };
      upsertMemo({ [MEMO_PARTIAL]: memo });
    },
  };
}

function showProgress() {
  let current: Progress = { done: 0, message: '' };
  const show = (update: Partial<Progress>): void => {
    current = { ...current, ...update, at: new Date().toISOString() };
    upsertMemo({ [MEMO_PROGRESS]: current });
    setCurrentDetails(current.message);
  };
  return {
    progress: show,
    async step<R>(message: string, run: () => Promise<R>): Promise<R> {
      show({ message });
      const result = await run();
      // Written with the next boundary: one history event for each step, not two.
      current = { ...current, done: current.done + 1 };
      return result;
    },
  };
}

/** The activities of `A`, each call bounded by the policy. */
function stepsUnder<A>(policy: Policy, { admit }: Budget): A {
  const activities = proxyActivities<Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>>({
    startToCloseTimeout: policy.stepTimeoutMs,
    heartbeatTimeout: policy.heartbeatMs,
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
      return activities[name]?.(...bounded(`The input of step ${name}`, args, policy));
    };
  return new Proxy({}, { get: (_target, name) => step(String(name)) }) as A;
}
