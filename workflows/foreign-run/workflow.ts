/** A job that runs a workflow of somebody else: in another namespace, or here once a person has allowed it. */
import { CancellationScope, CancelledFailure, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { z } from 'zod';
import type { ForeignSteps } from '../../activities/foreign/steps';
import { foreignIdOf } from '../catalog-contract';
import type { ForeignRun, ForeignSeen, Place } from '../catalog-contract';
import { DEFAULT_POLICY, MEMO_JOB, SEARCH_ATTRIBUTES } from '../contract';
import type { Question } from '../contract';
import type { ToolDefinition } from '../define-tool';
import { fail } from '../failure';
import { job } from '../job';
import type { Job } from '../job';
import { jobMemo } from '../memo';

type Route = ToolDefinition<z.ZodType<ForeignRun>>;

/** As long as it may take besides its budget and its questions: as long as the job itself. */
const SLACK_MS = 7 * 86_400_000;

/** Starts it, follows it to its end, passes its questions on and their answers back, and tells it to stop when the job is to. */
export const foreignRun = job<Route>(
  async (run, job) => {
    const steps = job.steps<ForeignSteps>();
    const place: Place = { namespace: run.namespace, workflowId: foreignIdOf(workflowInfo().workflowId) };
    job.progress({ message: run.workflow });
    try {
      await steps.startForeign(startOf(run, place));
      return await follow(place, steps, job);
    } catch (error) {
      if (isCancellation(error)) await told(() => steps.cancelForeign(place));
      throw error;
    }
  },
  ({ given }) => given,
);

function startOf(run: ForeignRun, place: Place) {
  const { workflow, queue, args, searchAttributes } = run;
  const called = jobMemo();
  const { caller, tool, policy: { budgetMs, askMs } = DEFAULT_POLICY } = called;
  const named = caller && { [SEARCH_ATTRIBUTES.tenant]: caller.tenant, [SEARCH_ATTRIBUTES.tool]: tool };
  return {
    ...place,
    workflow,
    queue,
    args,
    memo: caller ? { [MEMO_JOB]: called } : {},
    searchAttributes: searchAttributes && named ? named : {},
    timeoutMs: budgetMs + askMs + SLACK_MS,
  };
}

/** Follows it while its questions are open, too: it may go on without an answer, or somebody may give one elsewhere. */
async function follow(place: Place, steps: ForeignSteps, job: Job): Promise<unknown> {
  const questions = createQuestions(place, steps, job);
  for (;;) {
    const seen = await Promise.race([steps.followForeign({ ...place, ...questions.known() }), questions.failed]);
    if (seen.kind !== 'asks') {
      questions.withdraw(questions.known().open);
      return endOf(seen);
    }
    questions.withdraw(seen.withdrawn);
    for (const question of seen.questions) questions.ask(question);
  }
}

/** The questions of the workflow that runs elsewhere, as questions of this job. */
function createQuestions(place: Place, steps: Pick<ForeignSteps, 'answerForeign'>, job: Pick<Job, 'ask'>) {
  const asked: string[] = [];
  const open = new Map<string, CancellationScope>();
  let fails: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fails = reject;
  });

  async function passOn({ key, message, schema }: Question, scope: CancellationScope): Promise<void> {
    try {
      const reply = await scope.run(() => job.ask({ key, message, schema }));
      // It has its own limit for an answer.
      if (reply.action !== 'expired') await steps.answerForeign({ ...place, answer: { key, ...reply } });
    } catch (error) {
      if (!isCancellation(error)) throw error;
    } finally {
      open.delete(key);
    }
  }

  return {
    /** Rejects when one cannot be asked. */
    failed,
    known: () => ({ asked: [...asked], open: [...open.keys()] }),
    ask(question: Question): void {
      const scope = new CancellationScope();
      asked.push(question.key);
      open.set(question.key, scope);
      passOn(question, scope).catch(fails);
    },
    withdraw(keys: readonly string[]): void {
      for (const key of keys) open.get(key)?.cancel();
    },
  };
}

/** Tells it to stop although the job has been told so itself. That may fail: Temporal ends the workflow at its limit. */
async function told(cancel: () => Promise<void>): Promise<void> {
  await CancellationScope.nonCancellable(cancel).catch(() => undefined);
}

function endOf(seen: Exclude<ForeignSeen, { readonly kind: 'asks' }>): unknown {
  switch (seen.kind) {
    case 'done':
      return seen.value;
    case 'failed':
      throw fail(seen.failure, seen.sentence, seen.detail);
    case 'cancelled':
      throw new CancelledFailure('The workflow was cancelled where it ran.');
  }
}
