/** What a step or decision waits for that no worker has taken: for workers at all, or for its turn. */
import { temporal } from '@temporalio/proto';
import { LRUCache } from 'lru-cache';
import type { Store } from './connection';

const { TaskQueueType } = temporal.api.enums.v1;
const TYPE = {
  workflow: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  activity: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
};

export interface Queue {
  readonly name: string;
  readonly type: keyof typeof TYPE;
  /** The version of the workflow code that alone may take what waits. */
  readonly build?: string;
}

/** Not "there is none": a worker that died a moment ago is still listed. */
const UNTAKEN = 'no worker has taken its next step yet';
/** How often Temporal is asked about one queue. */
const FRESH_MS = 2_000;
const KNOWN_MAX = 100;

/** Tells in words for a person what a queue waits for. It never fails: without an answer it says what is certain. */
export type QueueState = (queue: Queue) => Promise<string>;

/** Asks Temporal at most every 2 s about each queue. */
export function createQueueState({ connection, namespace, ask }: Store): QueueState {
  async function words({ name, type, build }: Queue): Promise<string> {
    const { pollers, stats } = await ask(() =>
      connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name },
        taskQueueType: TYPE[type],
        reportStats: true,
      }),
    );
    if (pollers.length === 0) return `no worker polls the queue ${name}; it goes on as soon as one does`;
    const waiting = Number(stats?.approximateBacklogCount ?? 0);
    const line = waiting > 1 ? `; it is among about ${waiting} in line` : '';
    const only = build === undefined ? '' : `, and only one with the code that began it may (build ${build})`;
    return `${UNTAKEN}${only}${line}; it goes on as soon as one is free`;
  }

  const known = new LRUCache<string, string, Queue>({
    max: KNOWN_MAX,
    ttl: FRESH_MS,
    ignoreFetchAbort: true,
    fetchMethod: (_key, _stale, { context }) =>
      words(context).catch(() => `${UNTAKEN}; it goes on as soon as one is free`),
  });
  return (queue) => known.forceFetch(JSON.stringify(queue), { context: queue });
}
