/**
 * The author's kit: what a workflow may ask of its own job. It applies the policy that the job was started with, so that a
 * deploy cannot change a running job, and it keeps progress, partial result and open questions readable from outside.
 */
import type { ApplicationFailure } from '@temporalio/workflow';
import { defineQuery, isCancellation, patched, setHandler, workflowInfo } from '@temporalio/workflow';
import { bounded, fits, jsonOf, tooLarge } from './bounded';
import { createBudget, workingMsOf } from './budget';
import { head, tail } from './cut';
import {
  DEFAULT_POLICY,
  MAX_RESULT_BYTES,
  MEMO_JOB,
  MEMO_PARTIAL,
  MEMO_PARTIAL_MAX,
  MEMO_PROGRESS,
  MEMO_QUESTIONS,
  QUERY_PARTIAL,
  isPartialResult,
} from './contract';
import type {
  Carried,
  FailureDetail,
  JobMemo,
  PartialMemo,
  PartialResult,
  Policy,
  Progress,
  Question,
} from './contract';
import type { InputOf, OutputOf } from './define-tool';
import { fail, jobFailure } from './failure';
import { untilFull } from './history';
import { createJournal, noJournal } from './journal';
import type { Journal } from './journal';
import { createMemo, writtenAtOnce } from './memo';
import type { Memo } from './memo';
import { createProgress } from './progress';
import { createAsk } from './questions';
import type { Asked, Reply } from './questions';
import { createStepIds, numbered } from './step-ids';
import { createSteps, settle } from './steps';
import type { Settled, StepLimits } from './steps';
import { PENDING_MAX, createTurns } from './turns';
import { withCallback } from './webhook';

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

/** Jobs that began before this patch kept larger partial results, and must do so again when they replay. */
const BOUND_PATCH = 'partial-bound';

const partialQuery = defineQuery<unknown>(QUERY_PARTIAL);

/** How much of long arguments is shown to the person who has to allow the call, characters: the beginning, and the end. */
const HEAD = 1_500;
const TAIL = 500;

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
    async (input: InputOf<T>, earlier?: P, carried?: Carried): Promise<OutputOf<T> | PartialResult> => {
      // Partial: a job that began under an older version may lack a field.
      const shown = workflowInfo().memo ?? {};
      const called = shown[MEMO_JOB] as Partial<JobMemo> | undefined;
      const kitVersion = called?.kit ?? 1;
      const policy = { ...DEFAULT_POLICY, ...called?.policy };
      const budget = createBudget(
        carried?.leftMs ?? workingMsOf(policy),
        steps === 'one' && kitVersion >= 3 ? 'step' : 'timer',
      );
      const journal = kitVersion < 2 ? noJournal : createJournal(carried?.journal);
      const memo = kitVersion < 2 ? writtenAtOnce : createMemo(journal);
      const findings = createFindings(policy, memo, journal);
      if (earlier !== undefined) findings.keep(earlier);
      const ask = createAsk({
        policy,
        budget,
        memo,
        journal,
        openBefore: carried ? ((shown[MEMO_QUESTIONS] ?? []) as Question[]) : [],
      });
      const progress = createProgress(memo, kitVersion < 3, shown[MEMO_PROGRESS] as Progress | undefined);
      const turns = createTurns(kitVersion < 2 ? Infinity : PENDING_MAX);
      const stepIds = kitVersion < 2 ? numbered : createStepIds();
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
        if (policy.approval === 'required') await approve(called?.tool ?? 'The tool', given(input), ask);
        return run(input, kit);
      };
      try {
        const result = checked(
          await budget.within(() =>
            kitVersion < 2
              ? work()
              : Promise.race([work(), untilFull({ turns, journal, budget, memo, args: [input, earlier] })]),
          ),
          policy,
        );
        if (kitVersion >= 3) memo.forget();
        return result;
      } catch (error) {
        if (!budget.ended || !isCancellation(error)) throw jobFailure(error, policy);
        const value = findings.last();
        if (value !== undefined)
          return { holdfast: 'partial', reason: budget.ended, value, progress: progress.current() };
        throw endedWithNothing(budget.ended, policy);
      } finally {
        memo.flush();
      }
    },
  );
}

/** The failure of a job that was stopped before it had kept a partial result. */
function endedWithNothing(reason: PartialResult['reason'], { budgetMs, attempts }: Policy): ApplicationFailure {
  const detail: FailureDetail = { sideEffect: 'unknown', of: attempts };
  if (reason === 'budget')
    return fail('over_budget', `The job's budget of ${budgetMs / 1000} s ended with nothing in hand.`, detail);
  const sentence = `The job took more steps than Temporal keeps for one run, and can take along at most ${MAX_RESULT_BYTES} bytes of their results into another. It had kept no partial result.`;
  return fail('too_large', sentence, detail);
}

/** Asks a person to allow the job. Returns only if one did. */
async function approve(tool: string, input: unknown, ask: Job['ask']): Promise<void> {
  const { action } = await ask({
    message: `${tool} wants to run with ${shownOf(input)}. Allow it?`,
    schema: { type: 'object', properties: {} },
  });
  if (action === 'accept') return;
  const why = action === 'expired' ? 'Nobody allowed the call in time' : 'A person did not allow the call';
  throw fail('refused', `${why}: nothing was done.`, { sideEffect: 'none' });
}

/** The arguments, or their beginning and end and how much is missing: nobody should allow arguments that were cut unnoticed. */
function shownOf(input: unknown): string {
  const text = JSON.stringify(input ?? null);
  if (text.length <= HEAD + TAIL) return text;
  const [first, last] = [head(text, HEAD), tail(text, TAIL)];
  const omitted = text.length - first.length - last.length;
  return `${first} [${omitted} of ${text.length} characters left out] ${last}`;
}

/** Returns the output itself, unless Temporal would not accept it or it looks like a {@link PartialResult}. */
function checked<R>(value: R, policy: Policy): R {
  if (isPartialResult(value))
    throw fail('broken', `The job's output has a property holdfast: "partial", which is not its to set.`, {
      sideEffect: 'unknown',
    });
  return bounded("The job's result", value, policy);
}

/** What the job has found so far: its last partial result. */
interface Findings {
  /** Undefined before the first. */
  last(): unknown;
  keep(value: unknown): void;
}

/** A small partial result is kept in the memo, which can be read while no worker is up. A query returns it at any size. */
function createFindings(policy: Policy, memo: Memo, journal: Pick<Journal, 'behind'>): Findings {
  let last: unknown;
  setHandler(partialQuery, () => last);
  return {
    last: () => last,
    keep(value) {
      if (journal.behind) {
        last = value; // which was checked and shown before
        return;
      }
      const text = jsonOf('A partial result', value, policy);
      if (!fits(text) && patched(BOUND_PATCH)) throw tooLarge('A partial result', text, policy);
      last = value;
      const characters = text.length;
      // A copy: the author may change the value before it is written.
      const shown: PartialMemo =
        characters <= MEMO_PARTIAL_MAX ? { value: JSON.parse(text) as unknown } : { characters };
      memo.write({ [MEMO_PARTIAL]: shown });
    },
  };
}
