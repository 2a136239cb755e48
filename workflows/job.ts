/**
 * The author's kit: what a workflow may ask of its own job. It applies the policy that the job was started under, so that
 * a deploy cannot change a running job, and it keeps status, partial result and open questions readable from outside.
 */
import { defineQuery, isCancellation, patched, setHandler, upsertMemo, workflowInfo } from '@temporalio/workflow';
import { bounded, fits, jsonOf, tooLarge } from './bounded';
import { startBudget } from './budget';
import { DEFAULT_POLICY, MEMO_JOB, MEMO_PARTIAL, MEMO_PARTIAL_MAX, QUERY_PARTIAL, isPartialResult } from './contract';
import type { FailureDetail, JobMemo, PartialMemo, PartialResult, Policy } from './contract';
import type { InputOf, OutputOf } from './define-tool';
import { fail, jobFailure } from './failure';
import { showProgress } from './progress';
import { takeQuestions } from './questions';
import type { Asked, Reply } from './questions';
import { settle, stepsUnder } from './steps';
import type { Settled, StepLimits } from './steps';
import { thenTold } from './webhook';

/** What a workflow may ask of its own job. `P` is what it leaves behind when it is stopped. */
export interface Job<P = unknown> {
  /** The activities `A` under this job's policy: attempts, timeouts, heartbeat. `limits` narrows it. */
  steps<A>(limits?: StepLimits): A;
  /** Runs something that the job can do without: its failure comes back as a value, with the reason in words. */
  settle<R>(run: () => Promise<R>): Promise<Settled<R>>;
  /** Runs one step of the job and shows it to everyone who waits: "step n of m: message". */
  step<R>(message: string, run: () => Promise<R>): Promise<R>;
  /** Says how many steps there will be, how many are done, or what is going on between two of them. */
  progress(update: { readonly done?: number; readonly total?: number; readonly message?: string }): void;
  /** Keeps what has been found so far: readable while running, returned when the budget ends or the job is cancelled. */
  partial(value: P): void;
  /** The last partial of the job that this one goes on with; what is in it need not be done again. */
  readonly earlier: P | undefined;
  /** Working time that is left, milliseconds: what cannot be done in it is better left out. */
  leftMs(): number;
  /** Asks a person and waits, for hours if need be. The wait is durable and costs no budget. */
  ask(question: Asked): Promise<Reply>;
}

/** Jobs that kept a larger one before this was known go on with it: they find no patch when they replay. */
const BOUND = 'partial-bound';

const partialQuery = defineQuery<unknown>(QUERY_PARTIAL);

/** How much of the arguments a person is shown who has to allow them, characters: the beginning, and the end. */
const HEAD = 1_500;
const TAIL = 500;

/**
 * Makes a workflow of `run`: the function that Temporal calls with the tool's validated arguments.
 *
 * @param given - what of them the caller gave
 *
 * The workflow returns the tool's output, or a {@link PartialResult} when the budget ended with something in hand.
 *
 * @throws ApplicationFailure with a `Failure` of the contract as its type; CancelledFailure when the job was cancelled
 */
export function job<T, P = unknown>(
  run: (input: InputOf<T>, job: Job<P>) => Promise<OutputOf<T>>,
  given: (input: InputOf<T>) => unknown = (input) => input,
) {
  return thenTold(async (input: InputOf<T>, earlier?: P): Promise<OutputOf<T> | PartialResult> => {
    // Field by field: a job that began under an older version may lack one.
    const memo = workflowInfo().memo?.[MEMO_JOB] as Partial<JobMemo> | undefined;
    const policy = { ...DEFAULT_POLICY, ...memo?.policy };
    const budget = startBudget(policy.budgetMs);
    const findings = keepFindings(policy);
    if (earlier !== undefined) findings.keep(earlier);
    const ask = takeQuestions(policy, budget);
    const shown = showProgress();
    const kit: Job<P> = {
      steps: (limits = {}) => stepsUnder(policy, limits, budget, shown),
      settle,
      step: shown.step,
      progress: shown.progress,
      partial: findings.keep,
      earlier,
      leftMs: budget.leftMs,
      ask,
    };
    try {
      return output(
        await budget.within(async () => {
          if (policy.approval === 'required') await approval(memo?.tool ?? 'The tool', given(input), ask);
          return run(input, kit);
        }),
        policy,
      );
    } catch (error) {
      if (!budget.ended || !isCancellation(error)) throw jobFailure(error, policy);
      const value = findings.last();
      if (value !== undefined) return { holdfast: 'partial', reason: 'budget', value, progress: shown.current() };
      const detail: FailureDetail = { sideEffect: 'unknown', of: policy.attempts };
      throw fail('over_budget', `The job's budget of ${policy.budgetMs / 1000} s ended with nothing in hand.`, detail);
    }
  });
}

/** Asks a person to allow the job. Returns only if one did. */
async function approval(tool: string, input: unknown, ask: Job['ask']): Promise<void> {
  const { action } = await ask({
    message: `${tool} wants to run with ${shownOf(input)}. Allow it?`,
    schema: { type: 'object', properties: {} },
  });
  if (action === 'accept') return;
  const why = action === 'expired' ? 'Nobody allowed the call in time' : 'A person did not allow the call';
  throw fail('refused', `${why}: nothing was done.`, { sideEffect: 'none' });
}

/** The arguments, or their beginning and their end: nobody is to allow what was cut in silence. */
function shownOf(input: unknown): string {
  const text = JSON.stringify(input ?? null);
  const omitted = text.length - HEAD - TAIL;
  if (omitted <= 0) return text;
  return `${text.slice(0, HEAD)} [${omitted} of ${text.length} characters left out] ${text.slice(-TAIL)}`;
}

/** Lets an output through that Temporal will take, and that does not look like what the kit returns in its place. */
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
      const text = jsonOf('A partial result', value, policy);
      if (!fits(text) && patched(BOUND)) throw tooLarge('A partial result', text, policy);
      last = value;
      const characters = text.length;
      const memo: PartialMemo = characters <= MEMO_PARTIAL_MAX ? { value } : { characters };
      upsertMemo({ [MEMO_PARTIAL]: memo });
    },
  };
}
