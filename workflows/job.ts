/**
 * The author's kit: what a workflow may ask of its own job. It applies the policy that the job was started with, so that a
 * deploy cannot change a running job, and it keeps progress, partial result and open questions readable from outside.
 */
import type { ApplicationFailure } from '@temporalio/workflow';
import { isCancellation, workflowInfo } from '@temporalio/workflow';
import { approve } from './approval';
import { bounded } from './bounded';
import { createBudget, workingMsOf } from './budget';
import { DEFAULT_POLICY, MAX_RESULT_BYTES, MEMO_PROGRESS, MEMO_QUESTIONS, isPartialResult } from './contract';
import type { NextRun, FailureDetail, PartialResult, Policy, Progress, Question } from './contract';
import { head } from './cut';
import type { InputOf, OutputOf } from './define-tool';
import { fail, jobFailure } from './failure';
import { createFindings } from './findings';
import { untilFull } from './history';
import { kitOf } from './kit';
import { jobMemo } from './memo';
import { createProgress } from './progress';
import { createAsk } from './questions';
import type { Asked, Reply } from './questions';
import { createSteps, settle } from './steps';
import type { Settled, StepLimits } from './steps';
import { withCallback } from './webhook';

/** How much a failure says of where the job was, characters. */
const SHOWN_MAX = 200;

/** What a workflow may ask of its own job. `P` is its partial result, which is returned when the job is stopped. */
export interface Job<P = unknown> {
  /** The activities `A` under this job's policy: attempts, timeouts, heartbeat. `limits` narrows the policy. */
  steps<A>(limits?: StepLimits): A;
  /** Runs something that the job can do without. A failure is returned as a value, with the reason in words. */
  settle<R>(run: () => Promise<R>): Promise<Settled<R>>;
  /** Runs one step of the job and shows it to everyone who waits: "step n of m: message". */
  step<R>(message: string, run: () => Promise<R>): Promise<R>;
  /** Says how many steps there will be, how many are done, or what is going on between two of them. */
  progress(update: { readonly done?: number; readonly total?: number; readonly message?: string }): void;
  /** Keeps what has been found so far. It can be read while the job runs, and after its budget ended or it was cancelled. */
  partial(value: P): void;
  /** The last partial result of the job that this one continues. What is in it need not be done again. */
  readonly earlier: P | undefined;
  /** Working time that is left, milliseconds, so that the job can leave out what would take longer. */
  leftMs(): number;
  /** Asks a person and waits, for hours if need be. The wait is durable and costs no budget. */
  ask(question: Asked): Promise<Reply>;
}

/**
 * Turns `run` into a workflow: the function that Temporal calls with the tool's validated arguments.
 *
 * The workflow returns the tool's output, or a {@link PartialResult} when it was stopped at the end of its budget, or of what it can
 * remember, and had kept a partial result.
 *
 * @param given - takes from these arguments what the caller gave, to show it to the person who has to allow the call
 * @param steps - `one`: the job waits for one step and, but for its approval, for nothing else; so that needs no timer for its budget
 * @throws ApplicationFailure with a `Failure` of the contract as its type; CancelledFailure when the job was cancelled
 */
export function job<T, P = unknown>(
  run: (input: InputOf<T>, job: Job<P>) => Promise<OutputOf<T>>,
  given: (input: InputOf<T>) => unknown = (input) => input,
  steps: 'one' | 'many' = 'many',
) {
  return withCallback(
    async (input: InputOf<T>, earlier?: P, carried?: NextRun): Promise<OutputOf<T> | PartialResult> => {
      const shown = workflowInfo().memo ?? {};
      const called = jobMemo();
      const { journal, memo, turns, stepIds, goesOn, lean } = kitOf(called.kit ?? 1, carried?.journal);
      const policy = { ...DEFAULT_POLICY, ...called.policy };
      const budget = createBudget(carried?.leftMs ?? workingMsOf(policy), steps === 'one' && lean ? 'step' : 'timer');
      const findings = createFindings(policy, memo, journal);
      if (earlier !== undefined) findings.keep(earlier);
      const ask = createAsk({
        policy,
        budget,
        memo,
        journal,
        openBefore: carried ? ((shown[MEMO_QUESTIONS] ?? []) as Question[]) : [],
      });
      const progress = createProgress(memo, !lean, shown[MEMO_PROGRESS] as Progress | undefined);
      const kit: Job<P> = {
        steps: (limits = {}) => createSteps({ policy, budget, progress, turns, stepIds, journal }, limits),
        settle,
        step: progress.step,
        progress: progress.show,
        partial: findings.keep,
        earlier,
        leftMs: budget.leftMs,
        ask,
      };
      const work = async (): Promise<OutputOf<T>> => {
        if (policy.approval === 'required') await approve(called.tool ?? 'The tool', given(input), ask);
        return run(input, kit);
      };
      try {
        const result = checked(
          await budget.within(() =>
            goesOn
              ? Promise.race([work(), untilFull({ turns, journal, budget, memo, args: [input, earlier] })])
              : work(),
          ),
          policy,
        );
        if (lean) memo.forget();
        return result;
      } catch (error) {
        if (!budget.ended || !isCancellation(error)) throw jobFailure(error, policy);
        const value = findings.last();
        if (value !== undefined)
          return { holdfast: 'partial', reason: budget.ended, value, progress: progress.current() };
        throw endedWithNothing(budget.ended, policy, progress.current());
      } finally {
        memo.flush();
      }
    },
  );
}

/** The failure of a job that was stopped before it had kept a partial result. */
function endedWithNothing(
  reason: PartialResult['reason'],
  { budgetMs, attempts }: Policy,
  { message }: Progress,
): ApplicationFailure {
  const detail: FailureDetail = { sideEffect: 'unknown', of: attempts };
  if (reason === 'budget') {
    const where = message === '' ? '' : ` It had come to "${head(message, SHOWN_MAX)}".`;
    return fail('over_budget', `The job's budget of ${budgetMs / 1000} s ended with nothing in hand.${where}`, detail);
  }
  const sentence = `The job took more steps than Temporal keeps for one run, and can take along at most ${MAX_RESULT_BYTES} bytes of their results into another. It had kept no partial result.`;
  return fail('too_large', sentence, detail);
}

/** Returns the output itself, unless Temporal would not accept it or it looks like a {@link PartialResult}. */
function checked<R>(value: R, policy: Policy): R {
  if (isPartialResult(value))
    throw fail('broken', `The job's output has a property holdfast: "partial", which is not its to set.`, {
      sideEffect: 'unknown',
    });
  return bounded("The job's result", value, policy);
}
