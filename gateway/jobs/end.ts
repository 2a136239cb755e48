/** Waiting for the end of a job, by Temporal's long poll. */
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ValueError } from '@temporalio/common';
import { Problem } from '../errors';
import type { JobRef } from '../ids';
import { grpcCodeOf } from './connection';
import type { Store } from './connection';
import { UNREADABLE, endedWith, failedOutcome } from './outcome';
import type { Outcome } from './outcome';

/** A server page of the long poll lasts 20 s; an abort that falls between two pages is lost, so a slice ends before. */
const POLL_SLICE_MS = 18_000;

/**
 * Waits for the end of a job, for one slice of time; undefined when the slice, or the wait, ended before the job.
 *
 * @throws Problem `unknown_job`; `unavailable` when the connection fails, while the job goes on
 */
export type Poll = (ref: JobRef, signal: AbortSignal) => Promise<Outcome | undefined>;

/** @param onEnd - told of each job that is seen to have ended */
export function createPoll({ connection, client }: Store, onEnd: (ref: JobRef) => void): Poll {
  async function outcomeOf(ref: JobRef, slice: AbortSignal): Promise<Outcome | undefined> {
    try {
      const handle = client.workflow.getHandle(ref.workflowId);
      return endedWith(await connection.withAbortSignal(slice, () => handle.result()));
    } catch (error) {
      if (error instanceof WorkflowFailedError) return failedOutcome(error);
      // It ended, with something that the payload converter cannot read: it never will.
      if (error instanceof SyntaxError || error instanceof ValueError) return UNREADABLE;
      if (slice.aborted) return undefined;
      if (error instanceof WorkflowNotFoundError) throw new Problem('unknown_job', { id: ref.id });
      // Whatever ails the connection, the job goes on, and so may the wait.
      if (grpcCodeOf(error) !== undefined) throw new Problem('unavailable', { refused: false });
      throw error;
    }
  }

  return async (ref, signal) => {
    if (signal.aborted) return undefined;
    // The client never lets go of a signal that it was given, so each slice gets its own.
    const slice = new AbortController();
    const end = (): void => slice.abort();
    const timer = setTimeout(end, POLL_SLICE_MS);
    signal.addEventListener('abort', end, { once: true });
    try {
      const outcome = await outcomeOf(ref, slice.signal);
      if (outcome) onEnd(ref);
      return outcome;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  };
}
