/** Starts and stops a worker. When it stops, its steps are finished or left for another worker. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { addressOf } from '../config/temporal';
import { unreachedText } from '../config/unreached';
import { DEPLOYMENT, TASK_QUEUE, queueOf } from '../workflows/contract';
import { createAttempts } from './attempts';
import type { Attempts } from './attempts';
import { leaveLine } from './leave';
import type { Pulse } from './pulse';
import type { WorkerConfig } from './config';
import { assertWhole, earlierVersions, keepBundle, promote, promoteIfNewest } from './versions';
import type { Version } from './versions';

/** How often a worker looks whether new jobs have a version that runs. */
const PROMOTE_MS = 30_000;

/** Jobs that stay in memory between two decisions. The SDK would allow thousands; 300 fit into the memory of a small machine. */
const CACHED = 300;
/** How many jobs of each earlier version stay in memory. Fewer: new jobs begin on the present version, so most of the work is there. */
const CACHED_EARLIER = 50;

/** How long a step that is cancelled at the end of the drain has before its worker ends by force. It has 5 s to end by itself. */
const FORCE_MS = 7_000;

/** The code that a worker runs. */
export interface WorkerCode {
  /** Path of the bundle of its workflows. */
  readonly bundle: string;
  /** Functions by the name of their activity. */
  readonly activities: object;
}

/** What a worker asks Temporal for. */
export interface Polls {
  /** What Temporal calls it. */
  readonly identity: string;
  readonly namespace: string;
  readonly queues: readonly string[];
  /** The version of its code, and the earlier ones that it runs beside it; absent where jobs are not pinned. */
  readonly build?: string;
  readonly earlier?: readonly string[];
}

export interface RunningWorker {
  /** Takes no new steps. Running ones have `drainMs` to finish; those that do not are started again on another worker. */
  readonly stop: () => void;
  /** Resolves when the worker has stopped; rejects when it cannot go on. */
  readonly done: Promise<void>;
  /** What it polls for, for the log. */
  readonly polls: Polls;
  /** Fails the step that threw an error outside of its promise. */
  readonly blame: Attempts['blame'];
  /** Tells its steps to stop before the drain is over. */
  readonly withdraw: Attempts['withdraw'];
}

/**
 * Connects a worker and starts polling: its own task queue, and one for each queue that has a limit. With `codeDir` it pins jobs
 * to the code that began them, and runs earlier versions beside its own as long as they have jobs.
 *
 * @param pulse - keeps its steps alive while the event loop of this process stands still; absent: nothing does
 * @throws Error with one sentence when Temporal is not reachable, or takes no connection
 */
export async function startWorker(
  {
    temporal,
    concurrentSteps,
    queues,
    drainMs,
    codeDir,
    earlierVersionsMax = Infinity,
  }: Pick<WorkerConfig, 'temporal' | 'concurrentSteps' | 'queues' | 'drainMs' | 'codeDir' | 'earlierVersionsMax'>,
  { bundle, activities }: WorkerCode,
  pulse?: Pulse,
): Promise<RunningWorker> {
  const attempts = createAttempts(pulse);
  const connection = await NativeConnection.connect(temporal.connectionOptions).catch((error: unknown) => {
    throw new Error(unreachedText(error, addressOf(temporal)), { cause: error });
  });
  const { namespace } = temporal;
  const identity = newIdentity();
  const leave = (): Promise<void> => leaveLine(connection, namespace, identity);
  const common = {
    connection,
    namespace,
    identity,
    // The attempts have a pace of their own.
    maxHeartbeatThrottleInterval: '500ms',
    shutdownGraceTime: drainMs,
    shutdownForceTime: drainMs + FORCE_MS,
  } as const;
  const decisions = {
    ...common,
    taskQueue: TASK_QUEUE,
    maxConcurrentWorkflowTaskExecutions: 40,
    maxCachedWorkflows: CACHED,
    workflowThreadPoolSize: 1,
    // The SDK cuts a decision off after 5 s of a busy machine, and Node may end the whole process when that is in mid-promise.
    isolateExecutionTimeout: '30s',
    // How long a job waits for the worker that ran it before, which may be dead, until another may continue it.
    stickyQueueScheduleToStartTimeout: '2s',
  } as const;
  const steps = {
    ...common,
    taskQueue: TASK_QUEUE,
    activities,
    interceptors: { activity: [attempts.interceptor] },
    maxConcurrentActivityTaskExecutions: concurrentSteps,
  };
  const limited = queues.map((queue) =>
    Worker.create({
      ...steps,
      taskQueue: queueOf(queue.name),
      maxConcurrentActivityTaskExecutions: queue.concurrentSteps,
      ...(queue.perSecond !== undefined && { maxTaskQueueActivitiesPerSecond: queue.perSecond }),
    }),
  );
  const polls: Polls = { identity, namespace, queues: [TASK_QUEUE, ...queues.map(({ name }) => queueOf(name))] };
  if (codeDir === undefined)
    return running(
      polls,
      connection,
      attempts,
      leave,
      await Promise.all([Worker.create({ ...decisions, ...steps, workflowBundle: { codePath: bundle } }), ...limited]),
    );

  // Steps run on the present code whichever version their job is on: their workers belong to no version.
  const deployments = { service: connection.workflowService, namespace };
  const present = keepBundle(codeDir, bundle);
  const pin = ({ buildId, bundle: codePath }: Version, maxCachedWorkflows = CACHED): Promise<Worker> =>
    Worker.create({
      ...decisions,
      maxCachedWorkflows,
      workflowBundle: { codePath },
      workerDeploymentOptions: {
        version: { deploymentName: DEPLOYMENT, buildId },
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'PINNED',
      },
    });
  const pinEarlier = async (version: Version): Promise<Worker | undefined> => {
    try {
      assertWhole(version);
      return await pin(version, CACHED_EARLIER);
    } catch (error) {
      // It is damaged, or made by another version of the SDK, which refuses it. Jobs of that version say what they wait for.
      Runtime.instance().logger.warn('The code of earlier jobs cannot be run.', { build: version.buildId, error });
      return undefined;
    }
  };
  const earlier = await earlierVersions(codeDir, present, deployments);
  const left = earlier.splice(earlierVersionsMax);
  if (left.length > 0)
    Runtime.instance().logger.warn(
      `Of ${earlier.length + left.length} earlier versions that have jobs the newest ${earlier.length} run here. The jobs of the others wait until worker.earlier_versions is more, or until others have ended and a worker is started again; job_cancel ends them.`,
      { builds: left.map(({ buildId }) => buildId) },
    );
  const [workers, pinned] = await Promise.all([
    Promise.all([Worker.create(steps), ...limited, pin(present)]),
    Promise.all(earlier.map(pinEarlier)),
  ]);
  const worker = running(
    { ...polls, build: present.buildId, earlier: earlier.filter((_, n) => pinned[n]).map(({ buildId }) => buildId) },
    connection,
    attempts,
    leave,
    [...workers, ...pinned.filter((created) => created !== undefined)],
  );
  await promote(present.buildId, deployments);
  const again = setInterval(
    () => void promoteIfNewest(present.buildId, deployments).catch(() => undefined),
    PROMOTE_MS,
  );
  const stop = (): void => {
    clearInterval(again); // it takes no new jobs, however long its steps go on
    worker.stop();
  };
  return { ...worker, stop, done: worker.done.finally(() => clearInterval(again)) };
}

/**
 * A name that no other worker has, since leaving the line ends the polls of every worker of that name. Host name and process id are not
 * enough: containers that share the network of their host have its name, and often equal process ids.
 */
const newIdentity = (): string => `${process.pid}@${hostname()}-${randomBytes(3).toString('hex')}`;

/** Runs workers that end together. */
function running(
  polls: Polls,
  connection: NativeConnection,
  { blame, withdraw }: Attempts,
  leave: () => Promise<void>,
  workers: readonly Worker[],
): RunningWorker {
  let left: Promise<void> | undefined;
  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const stop = (): void => {
    left ??= leave().finally(shutdown);
  };
  const ran = workers.map((worker) => worker.run().finally(stop)); // when one ends, all end
  const done = Promise.all(ran)
    .then(() => left)
    .then(() => connection.close());
  return { stop, polls, done, blame, withdraw };
}
