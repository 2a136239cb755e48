/** The last events of a job's history, for what `describe` leaves out: when and why it was told to stop, and what ails its code. */
import { temporal } from '@temporalio/proto';
import { optionalTsToDate } from '@temporalio/common/lib/time';
import type { JobRef } from '../ids';
import type { Store } from './connection';

/** How far back is read, events: only few come after a request to stop, or after a decision that fails. */
const LAST_EVENTS = 100;
const { WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR } = temporal.api.enums.v1.WorkflowTaskFailedCause;

type Event = temporal.api.history.v1.IHistoryEvent;

/** Reads the last events of a job, the latest first. @throws Problem `unknown_job`, `unavailable` */
export type RecentEvents = (ref: JobRef) => Promise<readonly Event[]>;

export function createRecentEvents({ askOf, connection, namespace }: Store): RecentEvents {
  return (ref) =>
    askOf(ref, async ({ workflowId }) => {
      const { history } = await connection.workflowService.getWorkflowExecutionHistoryReverse({
        namespace,
        execution: { workflowId },
        maximumPageSize: LAST_EVENTS,
      });
      return history?.events ?? [];
    });
}

/** When the job was last told to stop; undefined if it was not. */
export function toldToStopAt(events: readonly Event[]): Date | undefined {
  return optionalTsToDate(events.find((event) => event.workflowExecutionCancelRequestedEventAttributes)?.eventTime);
}

/** What a decision fails of that is tried again, in words; undefined when the last one did not fail. */
export function codeTroubleIn(events: readonly Event[]): string | undefined {
  const last = events.find(
    ({ workflowTaskFailedEventAttributes: failed, workflowTaskCompletedEventAttributes: completed }) =>
      failed ?? completed,
  );
  const cause = last?.workflowTaskFailedEventAttributes?.cause;
  if (cause === undefined) return undefined;
  return cause === WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR
    ? 'its code changed under it: the workflow code that runs now would not have done what the job has done. It goes on when a worker has the code that began it; job_cancel ends it'
    : 'its workflow code fails at its next decision; the log of the workers tells how. It goes on once that is mended, unless it is pinned to the code that it began with; job_cancel ends it';
}
