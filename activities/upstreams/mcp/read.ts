/** Reads a resource or a prompt, or asks for completions: a direct request, with a time limit of its own. */
import { MAX_RESULT_BYTES } from '../../../workflows/contract';
import type { Given, ReadRequest } from '../../../workflows/upstream-contract';
import { failure } from '../../failure';
import { openFirst } from './addresses';
import type { Connection } from './connection';
import { Trouble } from './trouble';

/** How long the server may say nothing, milliseconds. */
const READ_MS = 30_000;

const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
/** The error for a resource that is not there, until 2026-07-28. */
const NOT_FOUND = -32002;

/** @throws Trouble; ApplicationFailure `invalid_input` where there is no such thing */
export async function read(
  name: string,
  connection: Connection,
  { method, params }: ReadRequest,
  signal: AbortSignal,
): Promise<Given> {
  const answer = await connection
    .request(method, params, { signal, idleMs: READ_MS })
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
  if (resultType === 'input_required')
    throw failure('refused', `Upstream ${name} asks a question before it answers, which only tools may.`);
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes > MAX_RESULT_BYTES)
    throw new Trouble('too_large', `What upstream ${name} gave has ${bytes} bytes; ${MAX_RESULT_BYTES} is the limit.`);
  return result;
}
