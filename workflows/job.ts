/**
 * The author's kit: what a workflow may ask of its own job. It applies the policy that the job was started under, so that
 * a deploy cannot change a running job, and it keeps status, partial result and open questions readable from outside.
 */
import {
  ActivityCancellationType,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import {
  DEFAULT_POLICY,
  MAX_QUESTION,
  MAX_RESULT_BYTES,
  MEMO_JOB,
  MEMO_PARTIAL,
  MEMO_PARTIAL_MAX,
  MEMO_PROGRESS,
  MEMO_QUESTIONS,
  QUERY_PARTIAL,
  SIGNAL_ANSWER,
} from './contract';
import type {
  Answer,
  FailureDetail,
  JobMemo,
  JsonSchema,
  PartialMemo,
  PartialResult,
  Policy,
  Progress,
  Question,
} from './contract';
import type { InputOf, OutputOf } from './define-tool';
import { fail, jobFailure } from './failure';

/** What came of a question: an answer, or nobody gave one in time. Expiry is never an approval. */
export type Reply = Omit<Answer, 'key'> | { readonly action: 'expired' };

/** What a workflow may ask of its own job. */
export interface Job {
  /** The activities `A` under this job's policy: attempts, timeouts, heartbeat. */
  steps<A>(): A;
  /** Runs one step of the job and shows it to everyone who waits: "step n of m: message". */
  step<R>(message: string, run: () => Promise<R>): Promise<R>;
  /** Says how many steps there will be, or what is going on between two steps. */
  progress(update: { readonly total?: number; readonly message?: string }): void;
  /** Keeps what has been found so far: readable while running, returned when the budget ends or the job is cancelled. */
  partial(value: unknown): void;
  /** Asks a person and waits, for hours if need be. The wait is durable and costs no budget. */
  ask(question: { readonly message: string; readonly schema: JsonSchema }): Promise<Reply>;
}

const partialQuery = defineQuery<unknown>(QUERY_PARTIAL);
const answerSignal = defineSignal<[Answer]>(SIGNAL_ANSWER);

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
    const findings = keepFindings();
    const { ask } = takeQuestions(policy, budget);
    const { step, progress } = showProgress();
    const steps = <A>(): A => stepsUnder<A>(policy);
    try {
      return bounded(
        await budget.within(() => run(input, { steps, step, progress, partial: findings.keep, ask })),
        policy,
      );
    } catch (error) {
      if (!budget.ended || !isCancellation(error)) throw jobFailure(error, policy);
      const found = findings.last();
      if (found !== undefined) return bounded({ holdfast: 'partial', reason: 'budget', value: found }, policy);
      const detail: FailureDetail = { sideEffect: 'unknown', of: policy.attempts };
      throw fail('over_budget', `The job's budget of ${policy.budgetMs / 1000} s ended with nothing in hand.`, detail);
    }
  };
}

/** Lets a result through that Temporal will take. One that it will not would be tried for ever. */
function bounded<R>(result: R, policy: Policy): R {
  const bytes = new TextEncoder().encode(JSON.stringify(result ?? null)).length;
  if (bytes <= MAX_RESULT_BYTES) return result;
  const detail: FailureDetail = { sideEffect: 'done', of: policy.attempts };
  throw fail('too_large', `The job's result has ${bytes} bytes; ${MAX_RESULT_BYTES} is the limit.`, detail);
}

/** A budget that can be held while a person is waited for. At its end everything inside `within` is cancelled. */
function startBudget(budgetMs: number) {
  const work = new CancellationScope();
  let leftMs = budgetMs;
  let startedAt = 0;
  let holds = 0;
  let ended = false;
  let timer = new CancellationScope();

  const start = (): void => {
    startedAt = Date.now();
    timer = new CancellationScope();
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
    async within<R>(run: () => Promise<R>): Promise<R> {
      start();
      try {
        return await work.run(run);
      } finally {
        timer.cancel();
      }
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

/** The last partial result: in the memo when small, so that it reads without a worker; by query in full. */
function keepFindings() {
  let last: unknown;
  setHandler(partialQuery, () => last);
  return {
    last: () => last,
    keep(value: unknown): void {
      last = value;
      const characters = JSON.stringify(value).length;
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

function takeQuestions(policy: Policy, budget: { hold(): void; release(): void }) {
  const open = new Map<string, Question>();
  const answers = new Map<string, Answer>();
  let asked = 0;
  setHandler(answerSignal, (answer) => {
    if (open.has(answer.key) && !answers.has(answer.key)) answers.set(answer.key, answer);
  });
  const showOpen = (): void => upsertMemo({ [MEMO_QUESTIONS]: [...open.values()] });

  return {
    async ask({ message, schema }: { readonly message: string; readonly schema: JsonSchema }): Promise<Reply> {
      const key = `q${++asked}`;
      const question = { key, message, schema, expiresAt: new Date(Date.now() + policy.askMs).toISOString() };
      const characters = JSON.stringify(question).length;
      if (characters > MAX_QUESTION) {
        const detail: FailureDetail = { sideEffect: 'unknown', of: policy.attempts };
        throw fail('too_large', `A question has ${characters} characters; ${MAX_QUESTION} is the limit.`, detail);
      }
      open.set(key, question);
      showOpen();
      budget.hold();
      try {
        await condition(() => answers.has(key), policy.askMs);
      } finally {
        budget.release();
        open.delete(key);
        showOpen();
      }
      return answers.get(key) ?? { action: 'expired' };
    },
  };
}

function stepsUnder<A>(policy: Policy): A {
  return proxyActivities({
    startToCloseTimeout: policy.stepTimeoutMs,
    heartbeatTimeout: policy.heartbeatMs,
    // A step that does not listen must not hold up the end of the job.
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: {
      maximumAttempts: policy.attempts,
      initialInterval: policy.retryInitialMs,
      maximumInterval: policy.retryMaxMs,
    },
  }) as A;
}
