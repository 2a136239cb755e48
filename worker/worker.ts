/** One worker process: connects, polls, and stops when told, with its steps finished or handed back. */
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { Logger } from 'pino';
import { TASK_QUEUE } from '../workflows/contract';
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
  { temporal, concurrentSteps }: Pick<WorkerConfig, 'temporal' | 'concurrentSteps'>,
  fleet: Fleet,
): Promise<RunningWorker> {
  const connection = await NativeConnection.connect(temporal.connectionOptions);
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue: TASK_QUEUE,
    ...fleet,
    maxConcurrentActivityTaskExecutions: concurrentSteps,
    maxConcurrentWorkflowTaskExecutions: 40,
    // The SDK's formula allows thousands; 300 fit a small machine.
    maxCachedWorkflows: 300,
    workflowThreadPoolSize: 1,
    // How long a job waits for a worker that died before another may continue it.
    stickyQueueScheduleToStartTimeout: '2s',
    // Bounds the delay of progress and of cancellation, both of which travel with heartbeats.
    maxHeartbeatThrottleInterval: '2s',
    // Within the 30 s that Kubernetes gives a pod by default.
    shutdownGraceTime: '20s',
    shutdownForceTime: '27s',
  });
  return {
    stop: () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    },
    done: worker.run().finally(() => connection.close()),
  };
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
