/** What waits in Temporal, for the operator: queues, and jobs that run or are stuck. */
import { temporal } from '@temporalio/proto';
import { TASK_QUEUE } from '../../workflows/contract';
import type { Backlog, Waiting } from '../metrics';
import type { Store } from './connection';
import { TOOL } from '../search-attributes';

const { TaskQueueType } = temporal.api.enums.v1;
const ASK_MS = 2_000;
const RUNNING = `ExecutionStatus = 'Running' AND ${TOOL.name} IS NOT NULL`;

/** @param queues - queues of steps that have limits of their own */
export function createBacklog({ client, connection, namespace, ask }: Store, queues: readonly string[]): Backlog {
  async function waitingIn(queue: string, kind: Waiting['kind']): Promise<Waiting> {
    const taskQueueType =
      kind === 'workflow' ? TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW : TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;
    const { pollers, stats } = await ask(
      () =>
        connection.workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: queue },
          taskQueueType,
          reportStats: true,
        }),
      ASK_MS,
    );
    return {
      queue,
      kind,
      waiting: Number(stats?.approximateBacklogCount ?? 0),
      ageS: Number(stats?.approximateBacklogAge?.seconds ?? 0),
      pollers: pollers.length,
    };
  }
  const count = (query: string): Promise<number> => ask(async () => (await client.workflow.count(query)).count, ASK_MS);

  return {
    waiting: () =>
      Promise.all([
        waitingIn(TASK_QUEUE, 'workflow'),
        ...[TASK_QUEUE, ...queues].map((queue) => waitingIn(queue, 'activity')),
      ]),
    running: () => count(RUNNING),
    stuck: () => count(`${RUNNING} AND TemporalReportedProblems IS NOT NULL`),
  };
}
