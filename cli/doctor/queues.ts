/** What waits in the queues, and for how long. */
import { temporal } from '@temporalio/proto';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import type { Store } from '../../gateway/jobs/connection';
import { TASK_QUEUE, WEBHOOKS_QUEUE, queueOf } from '../../workflows/contract';
import { spanText } from './finding';
import type { Finding } from './finding';

/** A live fleet takes what waits within milliseconds; one that is busy takes longer. */
const OLD_MS = 60_000;

const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } = temporal.api.enums.v1.TaskQueueType;

/** @param limited - names of the queues that have a limit of their own */
export async function queuesOf(store: Store, limited: readonly string[]): Promise<Finding[]> {
  const names = [...new Set([WEBHOOKS_QUEUE, ...limited])].map(queueOf);
  return Promise.all([
    queue(store, TASK_QUEUE, TASK_QUEUE_TYPE_WORKFLOW, 'decisions'),
    ...[TASK_QUEUE, ...names].map((name) => queue(store, name, TASK_QUEUE_TYPE_ACTIVITY, 'steps')),
  ]);
}

async function queue(
  { ask, connection, namespace }: Store,
  name: string,
  taskQueueType: typeof TASK_QUEUE_TYPE_WORKFLOW | typeof TASK_QUEUE_TYPE_ACTIVITY,
  kind: string,
): Promise<Finding> {
  const { stats, pollers } = await ask(() =>
    connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name },
      taskQueueType,
      reportStats: true,
    }),
  );
  const waiting = Number(stats?.approximateBacklogCount ?? 0);
  const ageMs = optionalTsToMs(stats?.approximateBacklogAge) ?? 0;
  const what = `Queue ${name}, ${kind}: `;
  if (pollers.length === 0)
    return {
      is: 'ill',
      what: `${what}no worker polls it${waiting > 0 ? `, and ${waiting} wait` : ''}`,
      advice: 'Start a worker; one whose worker.queues names the queue, if it has a limit of its own.',
    };
  if (waiting === 0) return { is: 'well', what: `${what}nothing waits` };
  return {
    is: ageMs > OLD_MS ? 'ill' : 'well',
    what: `${what}${waiting} wait, the first for ${spanText(ageMs)}`,
    advice: 'Start more workers, or see what those that run are busy with.',
  };
}
