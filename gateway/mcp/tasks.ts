/** The `tasks/*` methods of both dialects, on one set of jobs. A job of someone else, and one that never was, are the same error. */
import { ProtocolError, ProtocolErrorCode, RELATED_TASK_META_KEY } from '@modelcontextprotocol/server';
import type { CallToolResult, Result } from '@modelcontextprotocol/server';
import type { Caller } from '../../workflows/contract';
import { excerpt } from '../../workflows/excerpt';
import type { Answers } from '../call/answer';
import { isGone, isProblem, unlessGone } from '../errors';
import { isJobId } from '../ids';
import type { Ids, JobRef } from '../ids';
import type { Jobs } from '../jobs/jobs';
import type { Ability } from '../words/question';
import type { Respond } from '../call/respond';
import { coreTask, detailedTask } from '../words/task';
import { isClosed } from '../jobs/view';
import type { JobView } from '../jobs/view';
import type { Push, Watch } from '../call/watch';

/** The methods. Each throws ProtocolError -32602 for a task that the caller does not have, and Problem `unavailable`. */
export interface Tasks {
  /** `tasks/get` of 2026-07-28. `can`: what the client declared on this request. */
  get(caller: Caller, taskId: string, can: ReadonlySet<Ability>): Promise<Result>;
  /**
   * `tasks/update` of 2026-07-28: takes the answers that fit an open question. Answers to none are ignored; those that do not
   * fit are an error that names them, also when others beside them were taken, and their questions stay open.
   */
  update(caller: Caller, taskId: string, responses: Readonly<Record<string, unknown>>): Promise<Result>;
  /** `tasks/cancel` of 2026-07-28: the same answer whether the task goes on or has ended. */
  cancel(caller: Caller, taskId: string): Promise<Result>;
  /** `tasks/get` of 2025-11-25. Questions go out on its stream, unless they have gone out already. */
  getCore(caller: Caller, taskId: string, can: ReadonlySet<Ability>, push: Push | undefined): Promise<Result>;
  /** `tasks/result` of 2025-11-25: waits for the end, however long that takes. Undefined when the gateway stops before. */
  result(caller: Caller, taskId: string, push: Push | undefined, signal: AbortSignal): Promise<Result | undefined>;
  /**
   * `tasks/cancel` of 2025-11-25: the task has ended before the answer leaves, for good; a job that does not end by itself within 6 s
   * is ended. @throws ProtocolError -32602 also when it came to an end of its own
   */
  cancelCore(caller: Caller, taskId: string): Promise<Result>;
}

export interface TasksNeeds {
  readonly jobs: Pick<Jobs, 'look' | 'outcomeOf' | 'cancel' | 'end'>;
  readonly watch: Pick<Watch, 'wait' | 'onStreams'>;
  readonly answers: Pick<Answers, 'ended'>;
  readonly respond: Respond;
  readonly ids: Ids;
}

export function createTasks({ jobs, watch, answers, respond, ids }: TasksNeeds): Tasks {
  function refOf(caller: Caller, taskId: string): JobRef {
    if (!isJobId(taskId)) throw unknown(taskId);
    return ids.refOf(caller, taskId);
  }

  /** Does something with a job, and turns "no such job" into the dialects' words. */
  async function known<R>(taskId: string, act: () => Promise<R>): Promise<R> {
    try {
      return await act();
    } catch (error) {
      if (isProblem(error, 'expired')) throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message);
      throw isGone(error) ? unknown(taskId) : error;
    }
  }

  const look = (caller: Caller, taskId: string): Promise<JobView> =>
    known(taskId, () => jobs.look(refOf(caller, taskId)));

  async function resultOf(view: JobView): Promise<CallToolResult | undefined> {
    if (!isClosed(view)) return undefined;
    return answers.ended(view.ref, view.tool, await jobs.outcomeOf(view.ref));
  }

  return {
    async get(caller, taskId, can) {
      const view = await look(caller, taskId);
      return detailedTask(view, await resultOf(view), can);
    },

    async update(caller, taskId, responses) {
      const view = await look(caller, taskId);
      const received = await Promise.all(
        Object.entries(responses).map(async ([key, response]) => ({ key, ...(await respond(view, key, response)) })),
      );
      const misfits = received.flatMap((reception) => (reception.kind === 'misfit' ? [reception] : []));
      if (misfits.length === 0) return {};
      const named = misfits.map(({ key, problems }) => `${JSON.stringify(excerpt(key, 64))}: ${problems}`);
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `Answers that do not fit, so that their questions stay open: ${named.join('; ')}.`,
        {
          misfits: Object.fromEntries(misfits.map(({ key, problems }) => [key, problems])),
          taken: received.flatMap(({ kind, key }) => (kind === 'taken' ? [key] : [])),
        },
      );
    },

    async cancel(caller, taskId) {
      const view = await look(caller, taskId);
      if (!isClosed(view)) await jobs.cancel(view.ref).catch(unlessGone); // it may have ended meanwhile
      return {};
    },

    async getCore(caller, taskId, can, push) {
      const view = await look(caller, taskId);
      if (view.status === 'input_required')
        for (const question of view.questions)
          if (question.shown !== true && watch.onStreams(view.ref)?.has(question.key) !== true)
            await push?.(view.ref, question);
      return coreTask(view, await resultOf(view), can);
    },

    async result(caller, taskId, push, signal) {
      const { ref, tool } = await look(caller, taskId);
      const outcome = await watch.wait(ref, { ms: FOREVER_MS, signal, push, passes: () => true });
      if (!outcome) return undefined;
      const { _meta, ...result } = await answers.ended(ref, tool, outcome);
      return { ...result, _meta: { ..._meta, [RELATED_TASK_META_KEY]: { taskId } } };
    },

    async cancelCore(caller, taskId) {
      const before = await look(caller, taskId);
      if (isClosed(before)) throw ended(taskId);
      const { ref } = before;
      await jobs.cancel(ref).catch(unlessGone); // it has ended meanwhile, as the next look tells
      await watch.wait(ref, { ms: END_MS, signal: new AbortController().signal, passes: () => true });
      if (!isClosed(await look(caller, taskId))) await jobs.end(ref);
      const after = await look(caller, taskId);
      if (after.status !== 'cancelled') throw ended(taskId);
      return coreTask(after, undefined, new Set());
    },
  };
}

/** How long the answer to a cancellation waits for the job to end by itself: its code may clean up for 5 s. */
const END_MS = 6_000;

/** As long as a timer can. */
const FOREVER_MS = 2 ** 31 - 1;

function ended(taskId: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Task ${taskId} has ended already.`);
}

function unknown(taskId: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `You have no task ${excerpt(taskId, 64)}.`);
}
