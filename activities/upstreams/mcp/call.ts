/** One call of a tool: sent once, and never again unless the server surely has not seen it. */
import { head } from '../../../workflows/cut';
import { KEY_META } from '../../../workflows/contract';
import type { StepProgress } from '../../../workflows/contract';
import type { Given, UpstreamAnswer, UpstreamRequest } from '../../../workflows/upstream-contract';
import type { CallContext } from '../upstream';
import { toOpen, withoutOpened } from './addresses';
import { answerIn, errorResult } from './answer';
import type { Connection } from './connection';
import type { Definition, Definitions } from './definitions';
import { takesTasks } from './list';
import { notesOn } from './output';
import { paramHeaders } from './param-headers';
import { heeding } from './waiting';
import { Trouble } from './trouble';

/** For how long a server keeps a task for us, milliseconds: a job may wait that long for a person. */
const TASK_TTL_MS = 86_400_000;
/** Longest words of progress, characters. */
const WORDS_MAX = 500;
/** The headers do not fit the body, since the tool's schema has changed: nothing was done. */
const HEADER_MISMATCH = -32020;

export interface CallNeeds {
  readonly name: string;
  readonly connection: Connection;
  readonly definitions: Definitions;
  readonly idleMs: number | undefined;
}

/** @throws Trouble; the signal's reason once that has fired; `refused` where somebody would not open an address */
export async function call(
  { name, connection, definitions, idleMs }: CallNeeds,
  request: UpstreamRequest,
  context: CallContext,
): Promise<UpstreamAnswer> {
  const { signal } = context;
  const { tool, exact, digest } = request;
  const sent = withoutOpened(name, request);

  async function defined(now: boolean): Promise<Definition> {
    const found = await definitions.of(tool, connection, now, signal).catch((error: unknown) => {
      // Whatever became of the list, the call was not sent.
      if (error instanceof Trouble && (error.kind === 'lost' || error.kind === 'error'))
        throw new Trouble('unsent', error.message, { cause: error });
      throw error;
    });
    if (!found)
      throw new Trouble('denied', `Upstream ${name} no longer offers ${tool}: look at tools/list, and call another.`);
    if (exact && found.digest !== digest)
      throw new Trouble(
        'denied',
        `The definition of ${tool} has changed since the call was accepted: look at tools/list, and call again.`,
      );
    return found;
  }

  const send = ({ definition }: Definition): Promise<Given> =>
    connection.request('tools/call', paramsOf(sent, takesTasks(connection, definition)), {
      signal,
      idleMs,
      onProgress: (progress) => context.report(progressIn(progress)),
      ask: (asked) => heeding(signal, context.ask(asked)),
      headers: connection.modern ? paramHeaders(definition['inputSchema'], request.arguments) : {},
    });

  let found = await defined(exact);
  try {
    const given = await send(found).catch(async (error: unknown) => {
      if (!(error instanceof Trouble) || error.answer?.code !== HEADER_MISMATCH) throw error;
      found = await defined(true);
      return send(found);
    });
    const answer = answerIn(name, given);
    if (answer.kind !== 'result') return answer;
    const notes = [
      ...(found.digest === digest ? [] : [`The definition of ${tool} has changed since the call was accepted.`]),
      ...(await notesOn(tool, found.definition, answer.result, signal)),
    ];
    return { ...answer, ...(notes.length > 0 && { notes }) };
  } catch (error) {
    if (error instanceof Trouble && error.answer) return toOpen(error.answer, request) ?? errorResult(error.answer);
    throw error;
  }
}

function paramsOf({ tool, arguments: given, key, responses, requestState }: UpstreamRequest, asTask: boolean): Given {
  return {
    name: tool,
    arguments: given,
    _meta: { [KEY_META]: key },
    ...(asTask && { task: { ttl: TASK_TTL_MS } }),
    ...(responses && { inputResponses: responses }),
    ...(requestState !== undefined && { requestState }),
  };
}

export function progressIn({ progress, total, message }: Given): StepProgress {
  return {
    ...(typeof progress === 'number' && Number.isFinite(progress) && { done: progress }),
    ...(typeof total === 'number' && Number.isFinite(total) && { total }),
    ...(typeof message === 'string' && { message: head(message, WORDS_MAX) }),
  };
}
