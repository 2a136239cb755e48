/** Reads a resource or a prompt, or asks for completions: a direct request, with a time limit of its own. */
import { MAX_RESULT_BYTES } from '../../../workflows/contract';
import type { Given, ReadQuestions, ReadRequest, Reading } from '../../../workflows/upstream-contract';
import { failure } from '../../failure';
import { openFirst } from './addresses';
import { questionsIn } from './answer';
import type { Connection } from './connection';
import { Trouble } from './trouble';

/** How long the server may say nothing, milliseconds. */
const READ_MS = 30_000;
/** Longest state that a client has to carry to the next round, characters. */
const STATE_MAX = 65_536;

const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
/** The error for a resource that is not there, until 2026-07-28. */
const NOT_FOUND = -32002;

/** @throws Trouble; ApplicationFailure `invalid_input` where there is no such thing */
export async function read(
  name: string,
  connection: Connection,
  request: ReadRequest,
  signal: AbortSignal,
): Promise<Reading> {
  const { method } = request;
  const answer = await connection
    .request(method, paramsOf(request), { signal, idleMs: READ_MS })
    .catch((error: unknown): Given => {
      const said = error instanceof Trouble ? error.answer : undefined;
      const first = said && openFirst(name, said);
      if (first !== undefined) throw failure('refused', first, error);
      const code = said?.code;
      if (code === METHOD_NOT_FOUND && method === 'completion/complete') return { completion: { values: [] } };
      if (code === INVALID_PARAMS || code === NOT_FOUND)
        throw failure(
          'invalid_input',
          `Upstream ${name} has nothing by that name, or not with these arguments.`,
          error,
        );
      throw error;
    });
  const { resultType, ttlMs, cacheScope, ...result } = answer; // of the frame
  if (resultType !== 'input_required') return bounded(name, result);
  if (request.asks !== true || method === 'completion/complete' || !connection.modern)
    throw failure('refused', `Upstream ${name} asks a question before it answers, and nobody can be asked here.`);
  return bounded(name, readQuestionsIn(name, result));
}

function paramsOf({ params, responses, requestState }: ReadRequest): Given {
  return {
    ...params,
    ...(responses && { inputResponses: responses }),
    ...(requestState !== undefined && { requestState }),
  };
}

/** @throws Trouble where there are too many, one is none, or there is nothing to go on with */
function readQuestionsIn(name: string, result: Given): ReadQuestions {
  const { requests, requestState } = questionsIn(name, result);
  if (requests.length === 0 && requestState === undefined)
    throw new Trouble('lost', `Upstream ${name} wants to be asked again, and does not say with what.`);
  if ((requestState?.length ?? 0) > STATE_MAX)
    throw new Trouble('too_large', `The requestState of upstream ${name} is longer than ${STATE_MAX} characters.`);
  return {
    resultType: 'input_required',
    inputRequests: Object.fromEntries(requests.map(({ key, ...asked }) => [key, asked])),
    ...(requestState !== undefined && { requestState }),
  };
}

function bounded<R extends Reading>(name: string, result: R): R {
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes > MAX_RESULT_BYTES)
    throw new Trouble('too_large', `What upstream ${name} gave has ${bytes} bytes; ${MAX_RESULT_BYTES} is the limit.`);
  return result;
}
