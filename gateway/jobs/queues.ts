/** What a step or decision waits for that no worker has taken: for workers at all, or for its turn. */
import { temporal } from '@temporalio/proto';
import type { Store } from './connection';

const { TaskQueueType } = temporal.api.enums.v1;
const TYPE = {
  workflow: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  activity: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
};

export interface Queue {
  readonly name: string;
  readonly type: keyof typeof TYPE;
}

/** Not "there is none": one that died a moment ago is still listed. */
const UNTAKEN = 'no worker has taken its next step yet';
const FRESH_MS = 2_000;
const KNOWN_MAX = 100;

export type Queues = ReturnType<typeof queuesOf>;

/** Makes the function that tells, in words for a person. Asks Temporal at most every 2 s for each queue. */
export function queuesOf({ connection, namespace, ask }: Store) {
  const known = new Map<string, { readonly at: number; readonly words: Promise<string> }>();

  async function words({ name, type }: Queue): Promise<string> {
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
    const line = waiting > 1 ? `, which is among about ${waiting} in line` : '';
    return `${UNTAKEN}${line}; it goes on as soon as one is free`;
  }

  return (queue: Queue): Promise<string> => {
    const name = `${queue.type}:${queue.name}`;
    const found = known.get(name);
    if (found && Date.now() - found.at < FRESH_MS) return found.words;
    if (known.size >= KNOWN_MAX) known.clear();
    const asked = words(queue).catch(() => `${UNTAKEN}; it goes on as soon as one is free`);
    known.set(name, { at: Date.now(), words: asked });
    return asked;
  };
}
