/**
 * Takes a worker out of line before it shuts down. The SDK gives up its polls when it does, and with them what Temporal has handed
 * out in answer: a decision that nobody answers holds its job up for 10 s, and a step counts as lost. So Temporal is told first, by
 * the call that the SDK makes too late. It answers the polls with nothing, and refuses new ones.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';

const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } = temporal.api.enums.v1.TaskQueueType;
const RPC_MS = 1_000;
/** What was handed out just before is on its way for less than this, milliseconds. */
const ARRIVES_MS = 200;

/**
 * Resolves when nothing more is handed to the workers of that identity. Where Temporal does not know the call, or does not answer, it
 * resolves all the same, and the worker stops as it would have.
 *
 * @param identity - theirs alone: Temporal refuses the polls of all that have it
 */
export async function leaveLine(connection: NativeConnection, namespace: string, identity: string): Promise<void> {
  const service = connection.workflowService;
  const within = <R>(call: () => Promise<R>): Promise<R> => connection.withDeadline(Date.now() + RPC_MS, call);
  try {
    const { workersInfo } = await within(() =>
      service.listWorkers({ namespace, query: `WorkerIdentity="${identity}"`, pageSize: 100 }),
    );
    await Promise.allSettled(
      workersInfo.map(({ workerHeartbeat }) =>
        within(() =>
          service.shutdownWorker({
            namespace,
            identity,
            workerInstanceKey: workerHeartbeat?.workerInstanceKey ?? '',
            taskQueue: workerHeartbeat?.taskQueue ?? '',
            taskQueueTypes: [TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY],
            stickyTaskQueue: `${identity}-left`, // its own is unloaded by the SDK
          }),
        ),
      ),
    );
    await pause(ARRIVES_MS);
  } catch {
    // Older than 1.31, or not to be reached.
  }
}
