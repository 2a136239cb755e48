/** Asking a job to stop, with the reason in its history where there is one. */
import { randomUUID } from 'node:crypto';
import type { JobRef } from '../ids';
import type { Store } from './connection';

const TAKEN_BACK = 'The client took its call back (notifications/cancelled).';
/** Between the wish to cancel and the end there are few. */
const LAST_EVENTS = 100;

export function cancelThrough({ askOf, connection, client, namespace }: Store) {
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
    takenBack: (ref: JobRef): Promise<boolean> =>
      askOf(ref, async () => {
        const { history } = await connection.workflowService.getWorkflowExecutionHistoryReverse({
          namespace,
          execution: { workflowId: ref.workflowId },
          maximumPageSize: LAST_EVENTS,
        });
        const causes = history?.events?.map((event) => event.workflowExecutionCancelRequestedEventAttributes?.cause);
        return causes?.includes(TAKEN_BACK) === true;
      }),
  };
}
