/** Callbacks: the report of a job's end, if its caller asked for one. Another workflow delivers it; the job does not wait for that. */
import {
  CancellationScope,
  ParentClosePolicy,
  TemporalFailure,
  isCancellation,
  log,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { countEnd } from './counted';
import { callbackIdOf, isPartialResult } from './contract';
import type { JobId, Notice } from './contract';
import { deliverWebhook } from './deliver/workflow';
import { jobMemo } from './memo';

/** Wraps a workflow so that its callback, if it has one, is started when it ends, whatever its outcome. */
export function withCallback<A extends readonly unknown[], R>(run: (...args: A) => Promise<R>) {
  return async (...args: A): Promise<R> => {
    let result: R;
    try {
      result = await run(...args);
    } catch (error) {
      // With any other error the job has not ended: it is a bug, and the job goes on once it is fixed.
      if (error instanceof TemporalFailure) await ended(wasCancelled(error) ? 'cancelled' : 'failed');
      throw error;
    }
    await ended(isPartialResult(result) ? 'partial' : 'done');
    return result;
  };
}

function ended(status: Notice['status']): Promise<void> {
  countEnd(status);
  return startCallback(status);
}

/** As Temporal decides it: a cancellation error counts as a failure unless somebody cancelled the workflow. */
function wasCancelled(error: TemporalFailure): boolean {
  return isCancellation(error) && CancellationScope.current().consideredCancelled;
}

/** Starts the delivery. If that fails, the outcome of the job stays the same. */
async function startCallback(status: Notice['status']): Promise<void> {
  const { workflowId } = workflowInfo();
  const { callback, tool = '' } = jobMemo();
  if (!callback) return;
  const job = workflowId.split('/').at(-1) as JobId;
  const notice: Notice = { url: callback.url, job, tool, status, endedAt: new Date().toISOString() };
  try {
    await CancellationScope.nonCancellable(() =>
      startChild(deliverWebhook, {
        workflowId: callbackIdOf(workflowId),
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
