/** A task of a server, followed to its end in either dialect. Looking changes nothing, so it is done again where it failed. */
import type { FollowRequest, Given, UpstreamAnswer } from '../../../workflows/upstream-contract';
import { head } from '../../../workflows/cut';
import { failure } from '../../failure';
import { givenIn, isGiven } from '../given';
import type { CallContext } from '../upstream';
import { errorResult, questionsIn, resultIn, taskIn } from './answer';
import type { Connection } from './connection';
import { Trouble } from './trouble';
import { heeding, paused } from './waiting';

/** How long the server may take to say how a task is, milliseconds. */
const LOOK_MS = 30_000;
/** How long it has to hear that a task is cancelled, milliseconds. */
const CANCEL_MS = 3_000;
/** Longest words about a task, characters. */
const WORDS_MAX = 500;

const INVALID_PARAMS = -32602;

export interface FollowNeeds {
  readonly name: string;
  readonly connection: Connection;
}

/** @throws Trouble; the signal's reason once that has fired; `outcome_unknown` where the server has forgotten the task */
export async function follow(
  needs: FollowNeeds,
  request: FollowRequest,
  context: CallContext,
): Promise<UpstreamAnswer> {
  const { connection } = needs;
  const { task } = request;
  const { signal } = context;
  try {
    return await (task.dialect === '2025-11-25' ? followOld : followNew)(needs, request, context);
  } catch (error) {
    // A worker that stops, or an attempt whose time is up, leaves the task to the next one.
    if (signal.aborted && (await isForNobody(signal.reason, context))) {
      const told = AbortSignal.timeout(CANCEL_MS);
      await connection.request('tasks/cancel', { taskId: task.id }, { signal: told }).catch(() => undefined);
    }
    throw error;
  }
}

/**
 * Whether the job wants the step to end, by Temporal's words for why it has to. A job that is cancelled often has ended before its step
 * hears of it. All that is told then is that the attempt is not known any more, as where another one goes on.
 */
async function isForNobody(reason: unknown, { isOver }: CallContext): Promise<boolean> {
  const why = reason instanceof Error ? reason.message : '';
  return why === 'CANCELLED' || (why === 'NOT_FOUND' && (await isOver()));
}

async function followNew(
  needs: FollowNeeds,
  { task, responses }: FollowRequest,
  context: CallContext,
): Promise<UpstreamAnswer> {
  const { name, connection } = needs;
  const { signal } = context;
  const answered = new Set(Object.keys(responses ?? {}));
  if (responses) {
    const params = { taskId: task.id, inputResponses: responses };
    await connection.request('tasks/update', params, { signal, idleMs: LOOK_MS }).catch(forgotten(name));
  }
  for (;;) {
    const seen = await look(needs, task.id, context);
    switch (seen['status']) {
      case 'completed':
        return { kind: 'result', result: resultIn(name, givenIn(seen, 'result')) };
      case 'failed':
        return errorResult(errorOf(seen['error'], seen));
      case 'cancelled':
        throw cancelledThere(name);
      case 'input_required': {
        const open = questionsIn(name, seen).requests.filter(({ key }) => !answered.has(key));
        if (open.length > 0) return { kind: 'input_required', requests: open };
      }
    }
    await wait(taskIn(name, { pollIntervalMs: task.pollMs, ...seen, taskId: task.id }, task.dialect).pollMs, signal);
  }
}

async function followOld(needs: FollowNeeds, { task }: FollowRequest, context: CallContext): Promise<UpstreamAnswer> {
  const { name, connection } = needs;
  const { signal } = context;
  for (;;) {
    const seen = await look(needs, task.id, context);
    switch (seen['status']) {
      case 'cancelled':
        throw cancelledThere(name);
      case 'completed':
      case 'failed':
      case 'input_required': {
        // In this dialect what a task asks comes while its result is waited for.
        const result = await connection
          .request('tasks/result', { taskId: task.id }, { signal, ask: (asked) => heeding(signal, context.ask(asked)) })
          .catch((error: unknown) => {
            if (error instanceof Trouble && error.answer && seen['status'] === 'failed') return error.answer;
            throw again(error);
          });
        return isAnswer(result) ? errorResult(result) : { kind: 'result', result: resultIn(name, result) };
      }
    }
    await wait(taskIn(name, { pollInterval: task.pollMs, ...seen, taskId: task.id }, task.dialect).pollMs, signal);
  }
}

type ErrorAnswer = NonNullable<Trouble['answer']>;

const isAnswer = (result: Given | ErrorAnswer): result is ErrorAnswer =>
  typeof result['code'] === 'number' && typeof result['message'] === 'string';

async function look({ name, connection }: FollowNeeds, taskId: string, context: CallContext): Promise<Given> {
  const { signal } = context;
  const seen = await connection.request('tasks/get', { taskId }, { signal, idleMs: LOOK_MS }).catch(forgotten(name));
  const words = seen['statusMessage'];
  if (typeof words === 'string') context.report({ message: head(words, WORDS_MAX) });
  return seen;
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await paused(ms, signal);
  signal.throwIfAborted();
}

/** A task that nobody knows any more has come to an end that we do not know. */
const forgotten =
  (name: string) =>
  (error: unknown): never => {
    if (error instanceof Trouble && error.answer?.code === INVALID_PARAMS)
      throw failure(
        'outcome_unknown',
        `Upstream ${name} no longer knows the task. Whether it took effect is unknown, and it is not repeated.`,
        error,
        'unknown',
      );
    throw again(error);
  };

/** What was lost while looking is looked at again, whatever the call may do. */
function again(error: unknown): unknown {
  return error instanceof Trouble && error.kind === 'lost'
    ? new Trouble('unsent', error.message, { cause: error })
    : error;
}

function cancelledThere(name: string): Error {
  return failure('refused', `Upstream ${name} has cancelled the task.`, undefined, 'unknown');
}

function errorOf(error: unknown, { statusMessage }: Given): ErrorAnswer {
  const said = isGiven(error) ? error : {};
  return {
    code: typeof said['code'] === 'number' ? said['code'] : 0,
    message: [said['message'], statusMessage].find((words) => typeof words === 'string') ?? 'The task failed.',
    data: said['data'],
  };
}
