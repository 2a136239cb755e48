/** What a server answers to a call: a result, questions, or a task, in whichever revision. */
import { MAX_RESULT_BYTES } from '../../../workflows/contract';
import { head } from '../../../workflows/cut';
import type { Given, InputRequest, UpstreamAnswer, UpstreamTask } from '../../../workflows/upstream-contract';
import { givenIn, isGiven } from '../given';
import { addressTrouble } from './addresses';
import { Trouble } from './trouble';

/** Questions in one answer. */
const QUESTIONS_MAX = 20;
/** How often a task is looked at, milliseconds, where the server does not say; and at least and at most. */
const POLL_MS = 2_000;
const POLL_LEAST_MS = 200;
const POLL_MOST_MS = 60_000;
/** How much of an error's words and data is passed on, characters each. */
const MESSAGE_MAX = 10_000;
const DATA_MAX = 10_000;

/** @throws Trouble where it is none of these */
export function answerIn(name: string, answer: Given): UpstreamAnswer {
  if (answer['resultType'] === 'input_required') return questionsIn(name, answer);
  if (answer['resultType'] === 'task') return { kind: 'task', task: taskIn(name, answer, '2026-07-28') };
  if (isGiven(answer['task']) && answer['content'] === undefined)
    return { kind: 'task', task: taskIn(name, answer['task'], '2025-11-25') };
  return { kind: 'result', result: resultIn(name, answer) };
}

/** @throws Trouble `too_large` */
export function resultIn(name: string, answer: Given): Given {
  const { resultType, ...result } = answer; // of the frame, not of the result
  if (resultType !== undefined && resultType !== 'complete')
    throw new Trouble('lost', `Upstream ${name} answered in a way that we do not understand (${typeof resultType}).`);
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes > MAX_RESULT_BYTES)
    throw new Trouble(
      'too_large',
      `The result of upstream ${name} has ${bytes} bytes; ${MAX_RESULT_BYTES} is the limit. Ask it for less.`,
    );
  return result;
}

/** @throws Trouble where there are too many, or one is none */
export function questionsIn(
  name: string,
  { inputRequests, requestState }: Given,
): Extract<UpstreamAnswer, { readonly kind: 'input_required' }> {
  const asked = isGiven(inputRequests) ? Object.entries(inputRequests) : [];
  if (asked.length > QUESTIONS_MAX)
    throw new Trouble('too_large', `Upstream ${name} asks more than ${QUESTIONS_MAX} questions at once.`);
  const requests = asked.map(([key, request]): InputRequest => {
    const method = isGiven(request) ? request['method'] : undefined;
    if (typeof method !== 'string')
      throw new Trouble('lost', `Upstream ${name} asks a question that is none of MCP's.`);
    const params = givenIn(request, 'params');
    const why = addressTrouble(params);
    if (why !== undefined) throw new Trouble('error', `Upstream ${name} asks a question that nobody is asked. ${why}`);
    return { key, method, params };
  });
  return {
    kind: 'input_required',
    requests,
    ...(typeof requestState === 'string' && { requestState }),
  };
}

export function taskIn(name: string, task: Given, dialect: UpstreamTask['dialect']): UpstreamTask {
  const id = task['taskId'];
  if (typeof id !== 'string' || id === '')
    throw new Trouble('lost', `Upstream ${name} answered with a task that has no id.`);
  const every = task[dialect === '2025-11-25' ? 'pollInterval' : 'pollIntervalMs'];
  const pollMs = typeof every === 'number' && every > 0 ? every : POLL_MS;
  return { id, dialect, pollMs: Math.min(Math.max(pollMs, POLL_LEAST_MS), POLL_MOST_MS) };
}

/** An error of JSON-RPC as the result that it is for who called: its words are the upstream's, as those of any result. */
export function errorResult({ code, message, data }: NonNullable<Trouble['answer']>): UpstreamAnswer {
  const more = data === undefined ? '' : `\n${head(JSON.stringify(data), DATA_MAX)}`;
  const text = `${head(message, MESSAGE_MAX) || 'Error'}${more}`;
  return {
    kind: 'result',
    result: { content: [{ type: 'text', text }], isError: true },
    notes: [`It answered with an error of the protocol (${code}) in place of a result.`],
  };
}
