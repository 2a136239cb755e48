/** A worker with the settings of an environment: in this process, or as the whole of it. */
import { version } from '../package.json';
import { createActivities, createForeignSteps, createUpstreams } from '../activities';
import { doubtsIn } from '../config/holdfast';
import { createLog } from '../config/log';
import { watchFiles } from '../config/watch';
import type { ToolDefinition } from '../workflows/define-tool';
import { showAlive } from './alive-file';
import { createCallable, readListings } from './callable';
import { workerConfig } from './config';
import { handleFaults } from './faults';
import { createWorkflows } from './foreign';
import { createJobs } from './jobs';
import { createLookUp } from './look-up';
import { createMenu } from './menu';
import { startPulse } from './pulse';
import { createReload } from './reload';
import { installRuntime } from './runtime';
import { stuckLine } from './stuck';
import { stopOnSignal } from './stop';
import { startWorker as start } from './worker';

/** How often it says so to its supervisor, milliseconds. */
const ALIVE_MS = 1_000;
/** How long the steps may go on once whoever started the process is gone, milliseconds: nobody would end it later. */
const ORPHAN_MS = 30_000;

/** What a worker runs beside what belongs to Holdfast itself. */
export interface Code {
  /** Path of the bundle of all workflows. */
  readonly bundle: string;
  /** More steps, by the names of their activities. */
  readonly steps: object;
  /** The menu, for workflows of others that call a tool without the gateway. */
  readonly tools: readonly ToolDefinition[];
}

/** Tells the supervisor, where there is one. That it is gone is heard by the disconnect, not by an error here. */
const tell = (said: object): void => void process.send?.(said, undefined, undefined, () => undefined);

/**
 * Runs a worker until the process is told to stop. It installs the SDK's `Runtime`, so that must not have been done before.
 *
 * @throws Error with one sentence when it cannot start or go on
 */
export async function startWorker(env: NodeJS.ProcessEnv, { bundle, steps, tools }: Code): Promise<void> {
  const config = workerConfig(env);
  const log = createLog('holdfast-worker', config.logLevel);
  for (const doubt of doubtsIn(env)) log.warn(doubt);
  installRuntime(log, config.metrics, (job, error) => tell({ stuck: stuckLine(job, error) }));
  const jobs = createJobs(config.temporal);
  const upstreams = createUpstreams(config.upstreams, { version, log });
  upstreams.onChange(jobs.refresh);
  const menu = createMenu(tools, config.catalog, config.temporal.namespace);
  const callable = createCallable(config.callable, readListings(config.temporal), menu.tools);
  const activities = {
    ...createActivities({
      ...config.activities,
      upstreams: { upstreams, askJob: jobs.ask, isJobOver: jobs.isOver, log },
    }),
    ...createForeignSteps(createWorkflows(config.temporal)),
    ...createLookUp({ own: menu.tools, upstreams: callable }),
    ...steps,
  };
  const worker = await start(config, { bundle, activities }, startPulse(config.temporal, config.logLevel));
  const { stop, done } = worker;
  handleFaults(worker, log);
  stopOnSignal(worker, config.drainMs, log);
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), ORPHAN_MS).unref();
    stop();
  });
  const watch = watchFiles(config.files, () => reload());
  const reload = createReload(config, { read: () => workerConfig(env), upstreams, callable, menu, watch, log });
  process.on('SIGHUP', reload);
  log.info({ version, ...worker.polls }, 'ready');
  tell({ ready: true });
  if (config.aliveFile !== undefined) showAlive(config.aliveFile);
  setInterval(() => tell({ alive: true }), ALIVE_MS).unref();
  await done.finally(() => upstreams.close(0)); // no step runs any more
  log.info('stopped');
}

/** Runs a worker as the work of this process, which ends when the worker does. */
export function runWorker(env: NodeJS.ProcessEnv, code: Code): void {
  startWorker(env, code).then(
    () => process.exit(),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}
