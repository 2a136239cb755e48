/** One worker process: connects, polls, and stops when told, with its steps finished or handed back. */
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { Logger } from 'pino';
import { TASK_QUEUE, queueOf } from '../workflows/contract';
import type { WorkerConfig } from './config';

/** What a worker runs: the workflow bundle and the activities by name. */
export interface Fleet {
  readonly workflowBundle: WorkflowBundleOption;
  readonly activities: object;
}

export interface RunningWorker {
  /** Takes no new steps; those that run have 20 s to finish, and what has not finished by then is started again elsewhere. */
  readonly stop: () => void;
  /** Resolves when it has stopped; rejects when it cannot go on. */
  readonly done: Promise<void>;
}

/**
 * Connects a worker and lets it poll.
 *
 * @throws TransportError when Temporal is not reachable
 */
export async function startWorker(
  { temporal, concurrentSteps, queues }: Pick<WorkerConfig, 'temporal' | 'concurrentSteps' | 'queues'>,
  fleet: Fleet,
): Promise<RunningWorker> {
  const connection = await NativeConnection.connect(temporal.connectionOptions);
  const common = {
    connection,
    namespace: temporal.namespace,
    activities: fleet.activities,
    // Bounds the delay of progress and of cancellation, both of which travel with heartbeats.
    maxHeartbeatThrottleInterval: '2s',
    // Within the 30 s that Kubernetes gives a pod by default.
    shutdownGraceTime: '20s',
    shutdownForceTime: '27s',
  } as const;
  const main = Worker.create({
    ...common,
    taskQueue: TASK_QUEUE,
    workflowBundle: fleet.workflowBundle,
    maxConcurrentActivityTaskExecutions: concurrentSteps,
    maxConcurrentWorkflowTaskExecutions: 40,
    // The SDK's formula allows thousands; 300 fit a small machine.
    maxCachedWorkflows: 300,
    workflowThreadPoolSize: 1,
    // How long a job waits for a worker that died before another may continue it.
    stickyQueueScheduleToStartTimeout: '2s',
  });
  const limited = queues.map((queue) =>
    Worker.create({
      ...common,
      taskQueue: queueOf(queue.name),
      maxConcurrentActivityTaskExecutions: queue.concurrentSteps,
      ...(queue.perSecond !== undefined && { maxTaskQueueActivitiesPerSecond: queue.perSecond }),
    }),
  );
  const workers = await Promise.all([main, ...limited]);
  const stop = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const ran = workers.map((worker) => worker.run().finally(stop)); // none goes on without the others
  return { stop, done: Promise.all(ran).then(() => connection.close()) };
}

/** Sends the SDK's own log lines, from warnings up, to `log`. Call once, before the first worker. */
export function installRuntime(log: Logger): void {
  Runtime.install({
    shutdownSignals: [], // main decides when to stop
    logger: new DefaultLogger('WARN', ({ level, message, meta }) =>
      log[level === 'ERROR' ? 'error' : 'warn'](meta ?? {}, message),
    ),
    telemetryOptions: { logging: { filter: 'WARN', console: { format: 'json' } } },
  });
}
