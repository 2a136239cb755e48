/** Tells of the end of a job where its caller asked for that. Delivery is a workflow of its own: the job does not wait for it. */
import {
  CancellationScope,
  ParentClosePolicy,
  TemporalFailure,
  isCancellation,
  log,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { MEMO_JOB, isPartialResult } from './contract';
import type { JobId, JobMemo, Notice } from './contract';
import { deliverWebhook } from './deliver/workflow';

/** Wraps a workflow: when it has ended, whatever the outcome, its callback is on the way. A job without one is left as it is. */
export function thenTold<A extends readonly unknown[], R>(run: (...args: A) => Promise<R>) {
  return async (...args: A): Promise<R> => {
    let result: R;
    try {
      result = await run(...args);
    } catch (error) {
      // Anything else is a bug that a deploy may mend: the job has not ended.
      if (error instanceof TemporalFailure) await tell(wasCancelled(error) ? 'cancelled' : 'failed');
      throw error;
    }
    await tell(isPartialResult(result) ? 'partial' : 'done');
    return result;
  };
}

/** As Temporal sees it: a cancellation that nobody asked for is a failure. */
function wasCancelled(error: TemporalFailure): boolean {
  return isCancellation(error) && CancellationScope.current().consideredCancelled;
}

/** Starts the delivery. What goes wrong with that is no part of the job's outcome. */
async function tell(status: Notice['status']): Promise<void> {
  const { workflowId, memo } = workflowInfo();
  const { callback, tool = '' } = (memo?.[MEMO_JOB] ?? {}) as Partial<JobMemo>;
  if (!callback) return;
  const job = workflowId.split('/').at(-1) as JobId;
  const notice: Notice = { url: callback.url, job, tool, status, endedAt: new Date().toISOString() };
  try {
    await CancellationScope.nonCancellable(() =>
      startChild(deliverWebhook, {
        workflowId: `${workflowId}/webhook`,
        args: [notice],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        staticSummary: `Callback of ${tool}: ${status}`,
      }),
    );
  } catch (error) {
    log.warn('The callback of a job cannot be started.', { error });
  }
}
