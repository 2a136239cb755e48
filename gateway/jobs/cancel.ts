/** Asking a job to stop; and ending it when it does not: its code may fail, or be gone, and must not decide that alone. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { DELIVER_WEBHOOK, TASK_QUEUE, callbackIdOf } from '../../workflows/contract';
import type { Notice } from '../../workflows/contract';
import { unlessGone } from '../errors';
import type { JobRef } from '../ids';
import type { Store } from './connection';
import { calledIn } from './memo';

/** The reason in the history of a job that had to be ended. */
const OVERDUE = 'It was told to stop and did not end by itself in time.';

/** Each throws Problem `unknown_job` and `unavailable`. */
export interface Cancels {
  /** Asks the job to stop. Returns once Temporal has recorded the request. */
  cancel(ref: JobRef): Promise<unknown>;
  /** Ends a job at once, without asking its code. Nothing happens to one that has ended. */
  end(ref: JobRef): Promise<void>;
}

export function createCancels({ ask, askOf, client }: Store): Cancels {
  /** What the workflow itself does when it ends: whoever asked for a callback gets it. */
  async function callBack(ref: JobRef): Promise<void> {
    const { memo, closeTime, workflowId } = await askOf(ref, (handle) => handle.describe());
    const { callback, tool } = calledIn(memo);
    if (!callback) return;
    const notice: Notice = {
      url: callback.url,
      job: ref.id,
      tool,
      status: 'cancelled',
      endedAt: (closeTime ?? new Date()).toISOString(),
    };
    const start = () =>
      client.workflow.start(DELIVER_WEBHOOK, {
        workflowId: callbackIdOf(workflowId),
        taskQueue: TASK_QUEUE,
        args: [notice],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        staticSummary: `Callback of ${tool}: cancelled`,
      });
    await ask(start).catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    });
  }

  return {
    cancel: (ref) => askOf(ref, (handle) => handle.cancel()),

    async end(ref) {
      const ended = await askOf(ref, (handle) => handle.terminate(OVERDUE)).then(() => true, unlessGone);
      if (ended === true) await callBack(ref);
    },
  };
}
