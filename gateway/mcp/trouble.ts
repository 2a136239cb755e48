/** What went wrong, in words for the model where it can do something about it, and as a protocol error where it cannot. */
import { MissingRequiredClientCapabilityError, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { CallToolResult, Result } from '@modelcontextprotocol/server';
import type { Caller } from '../../workflows/contract';
import { Conflict, Expired, RETRY_AFTER_S, Unavailable, UnknownJob } from '../errors';
import type { Exchange } from './exchange';
import type { Jobs } from '../jobs/jobs';
import { texts } from '../words/page';
import { rejected } from '../words/rejected';

/** Told of every error that is a bug of ours. */
export type OnError = (error: unknown) => void;

/** Runs a method that is no tool call; what goes wrong there is the protocol's affair. */
export async function guarded<R>(onError: OnError, run: () => Promise<R>): Promise<R> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    if (error instanceof Unavailable)
      throw new ProtocolError(ProtocolErrorCode.InternalError, error.message, { retry_after_s: RETRY_AFTER_S });
    throw internal(error, onError);
  }
}

/** Puts what went wrong into words, or passes on what is the protocol's affair. */
export async function toolError(
  error: unknown,
  { caller, settle }: Exchange,
  jobs: Jobs,
  onError: OnError,
): Promise<Result> {
  if (error instanceof MissingRequiredClientCapabilityError)
    settle({ status: 400, code: error.code, message: error.message, data: error.data });
  if (error instanceof ProtocolError) throw error;
  if (error instanceof Conflict)
    return rejected(error.message, { kind: 'conflict', job_id: error.jobId, retryable: false, side_effect: 'none' });
  if (error instanceof UnknownJob) {
    const latest = (await latestOf(jobs, caller)).filter((id) => id !== error.jobId);
    const known = latest.length > 0 ? `Your latest jobs: ${latest.join(', ')}.` : 'You have no jobs.';
    return rejected(`${error.message} ${known}`, {
      kind: error instanceof Expired ? 'expired' : 'unknown_job',
      retryable: false,
      side_effect: 'none',
    });
  }
  if (error instanceof Unavailable) {
    if (error.refused)
      settle({
        status: 503,
        code: ProtocolErrorCode.InternalError,
        message: error.message,
        retryAfterS: RETRY_AFTER_S,
      });
    return rejected(error.message, {
      kind: 'unavailable',
      ...(error.jobId !== undefined && { job_id: error.jobId }),
      retryable: error.jobId === undefined,
      retry_after_s: RETRY_AFTER_S,
      side_effect: error.jobId === undefined ? 'none' : 'unknown',
    });
  }
  throw internal(error, onError);
}

/** The protocol error for a call as a task that was answered, in words for the model, without a task. */
export function refusedTask(result: Result): ProtocolError {
  const { content = [], structuredContent } = result as Partial<CallToolResult>;
  const { error } = (structuredContent ?? {}) as { error?: object };
  const later = error !== undefined && 'retry_after_s' in error;
  const code = later ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams;
  return new ProtocolError(code, texts(content).join('\n'), error);
}

/** Some job ids, for one who has lost them. */
async function latestOf(jobs: Jobs, caller: Caller): Promise<readonly string[]> {
  return jobs.list(caller, { limit: 5 }).then(
    (listed) => listed.map(({ ref }) => ref.id),
    () => [],
  );
}

function internal(error: unknown, onError: OnError): ProtocolError {
  onError(error);
  return new ProtocolError(ProtocolErrorCode.InternalError, 'Internal error. The gateway has logged it.');
}
