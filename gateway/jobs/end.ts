/** Waiting for the end of a job, by Temporal's long poll. */
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { TerminatedFailure, ValueError } from '@temporalio/common';
import { Problem } from '../errors';
import type { JobRef } from '../ids';
import { grpcCodeOf } from './connection';
import type { Store } from './connection';
import { UNREADABLE, endedWith, failedOutcome } from './outcome';
import type { Outcome } from './outcome';
import { wasToldToStop } from './status';

/** Longest useful poll: a page of the server lasts 20 s, and an abort that falls between two pages is lost. */
export const POLL_MS = 18_000;

/**
 * Waits for the end of a job; undefined when `signal` fired before. The client never lets go of a signal, so each poll needs one of
 * its own, which has to fire within {@link POLL_MS}.
 *
 * @throws Problem `unknown_job`; `unavailable` when the connection fails, while the job goes on
 */
export type Poll = (ref: JobRef, signal: AbortSignal) => Promise<Outcome | undefined>;

/** @param onEnd - told of each job that is seen to have ended */
export function createPoll({ connection, client, askOf }: Store, onEnd: (ref: JobRef) => void): Poll {
  async function outcomeOf(ref: JobRef, signal: AbortSignal): Promise<Outcome | undefined> {
    try {
      return endedWith(await connection.withAbortSignal(signal, () => client.workflow.result(ref.workflowId)));
    } catch (error) {
      if (error instanceof WorkflowFailedError) return failedOutcome(error, await wasTold(ref, error));
      // It ended, with something that the payload converter cannot read: it never will.
      if (error instanceof SyntaxError || error instanceof ValueError) return UNREADABLE;
      if (signal.aborted) return undefined;
      if (error instanceof WorkflowNotFoundError) {
        if (ref.formerly === undefined) throw new Problem('unknown_job', { id: ref.id });
        return outcomeOf({ id: ref.id, workflowId: ref.formerly }, signal);
      }
      // Whatever ails the connection, the job goes on, and so may the wait.
      if (grpcCodeOf(error) !== undefined) throw new Problem('unavailable', { refused: false });
      throw error;
    }
  }

  /** Whether a job that was terminated had been told to stop. */
  async function wasTold(ref: JobRef, { cause }: WorkflowFailedError): Promise<boolean> {
    if (!(cause instanceof TerminatedFailure)) return false;
    const { raw } = await askOf(ref, (handle) => handle.describe());
    return wasToldToStop(raw);
  }

  return async (ref, signal) => {
    if (signal.aborted) return undefined; // which the client would not notice
    const outcome = await outcomeOf(ref, signal);
    if (outcome) onEnd(ref);
    return outcome;
  };
}
