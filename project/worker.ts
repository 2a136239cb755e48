/** `holdfast/worker`: a worker that runs a project's tools: as a process of its own, in one of the author's, or a worker of the author's own. */
import { version } from '../package.json';
import { createActivities, createUpstreams } from '../activities';
import { doubtsIn } from '../config/holdfast';
import { createLog } from '../config/log';
import { watchFiles } from '../config/watch';
import { TASK_QUEUE } from '../workflows/contract';
import { showAlive } from '../worker/alive-file';
import { createAttempts } from '../worker/attempts';
import { workerConfig } from '../worker/config';
import { handleFaults } from '../worker/faults';
import { createJobs } from '../worker/jobs';
import { startPulse } from '../worker/pulse';
import { createReload } from '../worker/reload';
import { installRuntime } from '../worker/runtime';
import { stopOnSignal } from '../worker/stop';
import { startWorker as start } from '../worker/worker';
import { activitiesOf } from './wire';
import type { StepModules } from './wire';

/** How often it says so to its supervisor, milliseconds. */
const ALIVE_MS = 1_000;

/** What `holdfast build` makes of a project's tools, for workers. */
export interface ProjectCode {
  /** Path of `workflows.bundle.js`. */
  readonly bundle: string;
  /** `steps` of the built `steps` module. */
  readonly steps: StepModules;
}

/**
 * Runs a worker until the process is told to stop. Its settings are read from the environment, and from the file that HOLDFAST_CONFIG
 * names there. It installs the SDK's `Runtime`, so that must not have been done before.
 *
 * @throws Error with one sentence when it cannot start or go on
 */
export async function startWorker(env: NodeJS.ProcessEnv, { bundle, steps }: ProjectCode): Promise<void> {
  const config = workerConfig(env);
  const log = createLog('holdfast-worker', config.logLevel);
  for (const doubt of doubtsIn(env)) log.warn(doubt);
  installRuntime(log, config.metrics);
  const jobs = createJobs(config.temporal);
  const upstreams = createUpstreams(config.upstreams, { version, log });
  upstreams.onChange(jobs.refresh);
  const activities = {
    ...createActivities({ ...config.activities, upstreams: { upstreams, askJob: jobs.ask, log } }),
    ...activitiesOf(steps),
  };
  const worker = await start(config, { bundle, activities }, startPulse(config.temporal, config.logLevel));
  handleFaults(worker, log);
  stopOnSignal(worker.stop, config.drainMs, log);
  process.once('disconnect', worker.stop);
  const reload = createReload(config, { read: () => workerConfig(env), upstreams, log });
  process.on('SIGHUP', reload);
  watchFiles(config.files, reload);
  log.info({ version, ...worker.polls }, 'ready');
  process.send?.({ ready: true });
  if (config.aliveFile !== undefined) showAlive(config.aliveFile);
  setInterval(() => process.send?.({ alive: true }, undefined, undefined, () => undefined), ALIVE_MS).unref();
  await worker.done.finally(() => upstreams.close(0));
  log.info('stopped');
}

/** The same as a process, which ends with it. */
export function runWorker(env: NodeJS.ProcessEnv, code: ProjectCode): void {
  startWorker(env, code).then(
    () => process.exit(),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}

/** What is needed of the options of a worker of Temporal's SDK. */
interface Options {
  readonly taskQueue?: string;
  readonly activities?: object;
  readonly interceptors?: { readonly activity?: readonly unknown[] };
}

/**
 * A plugin for `Worker.create` of a team that has a worker of its own: `plugins: [holdfast(code)]`. The worker then runs the jobs of a
 * gateway's authored tools: its task queue becomes Holdfast's, its bundle the project's. Its own activities stay. Callbacks, upstreams
 * and tools of Holdfast itself need workers that were started by {@link startWorker}.
 */
export function holdfast({ bundle, steps }: ProjectCode) {
  return {
    name: 'holdfast',
    configureWorker<O extends Options>(options: O): O {
      return {
        ...options,
        taskQueue: TASK_QUEUE,
        workflowBundle: { codePath: bundle },
        activities: { ...options.activities, ...activitiesOf(steps) },
        interceptors: {
          ...options.interceptors,
          activity: [...(options.interceptors?.activity ?? []), createAttempts().interceptor],
        },
      };
    },
  };
}
