/** What went wrong, in words for the model where it can do something about it, and as a protocol error where it cannot. */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { CallToolResult, Result } from '@modelcontextprotocol/server';
import type { Caller } from '../../workflows/contract';
import { Problem, RETRY_AFTER_S, isProblem } from '../errors';
import type { Jobs } from '../jobs/jobs';
import { texts } from '../words/page';
import { rejected } from '../words/rejected';
import type { Exchange } from './exchange';

/** Told of every error that is a bug of ours. */
export type OnError = (error: unknown) => void;

/** Runs a method that is no tool call; what goes wrong there is the protocol's affair. It may be asked again, whatever came of it. */
export async function guarded<R>(
  { decide }: Pick<Exchange, 'decide'>,
  onError: OnError,
  run: () => Promise<R>,
): Promise<R> {
  try {
    return await run();
  } catch (error) {
    if (!isProblem(error, 'unavailable')) throw protocolError(error, onError);
    decide(error);
    throw new ProtocolError(error.rpc, error.message, { retry_after_s: RETRY_AFTER_S });
  }
}

/** What went wrong in a tool call, in words for the model; or throws what is the protocol's affair. */
export async function toolError(
  error: unknown,
  { caller, decide }: Pick<Exchange, 'caller' | 'decide'>,
  jobs: Pick<Jobs, 'list'>,
  onError: OnError,
): Promise<Result> {
  if (!(error instanceof Problem)) throw protocolError(error, onError);
  const { code, message, facts } = error;
  switch (code) {
    case 'conflict':
    case 'worn_key':
      return rejected(message, { kind: code, job_id: facts.id, retryable: false, side_effect: 'none' });
    case 'unknown_job':
    case 'expired':
      return rejected(`${message} ${await latestJobs(jobs, caller, facts.id)}`, {
        kind: code,
        retryable: false,
        side_effect: 'none',
      });
    case 'unavailable':
      if (facts.refused === true) decide(error);
      return rejected(message, {
        kind: code,
        ...(facts.id !== undefined && { job_id: facts.id }),
        // With its key the same call finds its job; without, it may start a second one.
        retryable: facts.id === undefined || facts.keyed === true,
        retry_after_s: RETRY_AFTER_S,
        side_effect: facts.id === undefined ? 'none' : 'unknown',
      });
    default:
      throw protocolError(error, onError);
  }
}

/** The protocol error for a call as a task that was answered, in words for the model, without a task. */
export function refusedTask(result: Result): ProtocolError {
  const { content = [], structuredContent } = result as Partial<CallToolResult>;
  const { error } = (structuredContent ?? {}) as { error?: object };
  const later = error !== undefined && 'retry_after_s' in error;
  const code = later ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams;
  return new ProtocolError(code, texts(content).join('\n'), error);
}

/** Some job ids, for a caller who asked for one that does not exist. */
async function latestJobs(jobs: Pick<Jobs, 'list'>, caller: Caller, asked: unknown): Promise<string> {
  const listed = await jobs.list(caller, { limit: 5 }).catch(() => []);
  const latest = listed.map(({ ref }) => ref.id).filter((id) => id !== asked);
  return latest.length > 0 ? `Your latest jobs: ${latest.join(', ')}.` : 'You have no jobs.';
}

/** An error that already says what the protocol needs, or one that says no more than that there is a bug. */
export function protocolError(error: unknown, onError: OnError): ProtocolError {
  if (error instanceof ProtocolError) return error;
  onError(error);
  const { rpc, message } = new Problem('internal');
  return new ProtocolError(rpc, message);
}
