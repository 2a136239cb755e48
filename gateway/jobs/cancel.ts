/** Asking a job to stop, and what its history says of that. */
import { randomUUID } from 'node:crypto';
import { optionalTsToDate } from '@temporalio/common/lib/time';
import type { JobRef } from '../ids';
import type { Store } from './connection';

const TAKEN_BACK = 'The client took its call back (notifications/cancelled).';
/** Between the wish to cancel and the end there are few. */
const LAST_EVENTS = 100;

export type Cancel = ReturnType<typeof cancelThrough>;

export function cancelThrough({ askOf, connection, client, namespace }: Store) {
  /** The last wish to cancel a job, if there was one. */
  const wishOf = (ref: JobRef) =>
    askOf(ref, async () => {
      const { history } = await connection.workflowService.getWorkflowExecutionHistoryReverse({
        namespace,
        execution: { workflowId: ref.workflowId },
        maximumPageSize: LAST_EVENTS,
      });
      return history?.events?.find((event) => event.workflowExecutionCancelRequestedEventAttributes);
    });

  return {
    /** Asks the job to stop. Returns once Temporal has recorded the wish. */
    cancel: (ref: JobRef) => askOf(ref, (handle) => handle.cancel()),

    /** The same because the client took its call back, which the history then says. */
    takeBack: (ref: JobRef) =>
      askOf(ref, () =>
        connection.workflowService.requestCancelWorkflowExecution({
          namespace,
          workflowExecution: { workflowId: ref.workflowId },
          identity: client.options.identity,
          requestId: randomUUID(),
          reason: TAKEN_BACK,
        }),
      ),

    /** Whether a job was cancelled because the client took its call back. */
    takenBack: async (ref: JobRef): Promise<boolean> =>
      (await wishOf(ref))?.workflowExecutionCancelRequestedEventAttributes?.cause === TAKEN_BACK,

    /** When a job was told to stop. */
    cancelledAt: async (ref: JobRef): Promise<Date | undefined> => optionalTsToDate((await wishOf(ref))?.eventTime),
  };
}
