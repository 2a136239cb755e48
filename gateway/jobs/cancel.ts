/** Asking a job to stop, and what its history says of that. */
import { randomUUID } from 'node:crypto';
import { optionalTsToDate } from '@temporalio/common/lib/time';
import type { JobRef } from '../ids';
import type { Store } from './connection';

const TAKEN_BACK = 'The client took its call back (notifications/cancelled).';
/** How far back the history is read, events: only few come after a request to stop. */
const LAST_EVENTS = 100;

/** Each throws Problem `unknown_job` and `unavailable`. */
export interface Cancels {
  /** Asks the job to stop. Returns once Temporal has recorded the request. */
  cancel(ref: JobRef): Promise<unknown>;
  /** Asks the job to stop because the client took its call back, which the history then says. */
  takeBack(ref: JobRef): Promise<unknown>;
  /** Whether a job was asked to stop because the client took its call back. */
  takenBack(ref: JobRef): Promise<boolean>;
  /** When a job was last asked to stop; undefined if it was not. */
  cancelledAt(ref: JobRef): Promise<Date | undefined>;
}

export function createCancels({ askOf, connection, client, namespace }: Store): Cancels {
  /** The event of the last request to stop, if there was one. */
  const lastRequest = (ref: JobRef) =>
    askOf(ref, async () => {
      const { history } = await connection.workflowService.getWorkflowExecutionHistoryReverse({
        namespace,
        execution: { workflowId: ref.workflowId },
        maximumPageSize: LAST_EVENTS,
      });
      return history?.events?.find((event) => event.workflowExecutionCancelRequestedEventAttributes);
    });

  return {
    cancel: (ref) => askOf(ref, (handle) => handle.cancel()),

    takeBack: (ref) =>
      askOf(ref, () =>
        connection.workflowService.requestCancelWorkflowExecution({
          namespace,
          workflowExecution: { workflowId: ref.workflowId },
          identity: client.options.identity,
          requestId: randomUUID(),
          reason: TAKEN_BACK,
        }),
      ),

    takenBack: async (ref) =>
      (await lastRequest(ref))?.workflowExecutionCancelRequestedEventAttributes?.cause === TAKEN_BACK,

    cancelledAt: async (ref) => optionalTsToDate((await lastRequest(ref))?.eventTime),
  };
}
