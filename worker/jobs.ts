/** What a worker has to say to the workflows that its steps belong to. */
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { AskJob, IsJobOver } from '../activities';
import type { TemporalConfig } from '../config/temporal';
import { SIGNAL_REFRESH, UPDATE_ASK, listingId } from '../workflows/upstream-contract';
import type { InputReply, InputRequest } from '../workflows/upstream-contract';

/** Pauses while Temporal cannot be reached, milliseconds. */
const FIRST_MS = 500;
const MOST_MS = 30_000;

export interface Jobs {
  /** Puts a request of an upstream before the caller of a job, however long that takes and whether Temporal is there or not. */
  readonly ask: AskJob;
  /** Whether a job has ended; it has not where that cannot be told. */
  readonly isOver: IsJobOver;
  /** Says that an upstream offers something else. If nobody hears it, its next listing finds out. */
  readonly refresh: (upstream: string) => void;
}

/** It connects when there is something to say. */
export function createJobs({ connectionOptions, namespace }: TemporalConfig): Jobs {
  const { workflow } = new Client({ connection: Connection.lazy(connectionOptions), namespace });
  return {
    async ask(workflowId, runId, request, signal) {
      const job = workflow.getHandle(workflowId, runId);
      for (let wait = FIRST_MS; ; wait = Math.min(2 * wait, MOST_MS)) {
        signal.throwIfAborted();
        try {
          // A question that is asked again has its old id: to Temporal it is one update.
          return await job.executeUpdate<InputReply, [InputRequest]>(UPDATE_ASK, {
            args: [request],
            updateId: request.key,
          });
        } catch (error) {
          if (error instanceof WorkflowUpdateFailedError || error instanceof WorkflowNotFoundError)
            return { refused: 'The job takes no questions.' };
          await pause(wait, undefined, { signal });
        }
      }
    },
    isOver: (workflowId, runId) =>
      workflow
        .getHandle(workflowId, runId)
        .describe()
        .then(
          ({ status }) => status.name !== 'RUNNING',
          (error: unknown) => error instanceof WorkflowNotFoundError,
        ),
    refresh: (upstream) =>
      void workflow
        .getHandle(listingId(upstream))
        .signal(SIGNAL_REFRESH)
        .catch(() => undefined),
  };
}
