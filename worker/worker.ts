/** Starts and stops a worker. When it stops, its steps are finished or left for another worker. */
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { Logger } from 'pino';
import { TASK_QUEUE, queueOf } from '../workflows/contract';
import type { WorkerConfig } from './config';

/** The code that a worker runs. */
export interface WorkerCode {
  readonly workflowBundle: WorkflowBundleOption;
  /** Functions by the name of their activity. */
  readonly activities: object;
}

export interface RunningWorker {
  /** Takes no new steps. Running ones have 20 s to finish; those that do not are started again on another worker. */
  readonly stop: () => void;
  /** Resolves when the worker has stopped; rejects when it cannot go on. */
  readonly done: Promise<void>;
}

/**
 * Connects a worker and starts polling: its own task queue, and one for each queue that has a limit.
 *
 * @throws TransportError when Temporal is not reachable
 */
export async function startWorker(
  { temporal, concurrentSteps, queues }: Pick<WorkerConfig, 'temporal' | 'concurrentSteps' | 'queues'>,
  code: WorkerCode,
): Promise<RunningWorker> {
  const connection = await NativeConnection.connect(temporal.connectionOptions);
  const common = {
    connection,
    namespace: temporal.namespace,
    activities: code.activities,
    // Progress and cancellation travel with heartbeats, so this is the longest that they are delayed.
    maxHeartbeatThrottleInterval: '2s',
    // Kubernetes gives a pod 30 s by default.
    shutdownGraceTime: '20s',
    shutdownForceTime: '27s',
  } as const;
  const main = Worker.create({
    ...common,
    taskQueue: TASK_QUEUE,
    workflowBundle: code.workflowBundle,
    maxConcurrentActivityTaskExecutions: concurrentSteps,
    maxConcurrentWorkflowTaskExecutions: 40,
    // The SDK would allow thousands; 300 fit into the memory of a small machine.
    maxCachedWorkflows: 300,
    workflowThreadPoolSize: 1,
    // How long a job waits for the worker that ran it before, which may be dead, until another may continue it.
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
  const ran = workers.map((worker) => worker.run().finally(stop)); // when one ends, all end
  return { stop, done: Promise.all(ran).then(() => connection.close()) };
}

/** Sends the SDK's own warnings and errors to `log`. Must be called once, before the first worker starts. */
export function installRuntime(log: Logger): void {
  Runtime.install({
    shutdownSignals: [], // main decides when to stop
    logger: new DefaultLogger('WARN', ({ level, message, meta }) =>
      log[level === 'ERROR' ? 'error' : 'warn'](meta ?? {}, message),
    ),
    telemetryOptions: { logging: { filter: 'WARN', console: { format: 'json' } } },
  });
}
