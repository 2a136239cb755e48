/** The worker process: configuration, activities and bundle meet here. */
import { version } from '../package.json';
import { createActivities, createForeignSteps, createUpstreams } from '../activities';
import { doubtsIn } from '../config/holdfast';
import { createLog } from '../config/log';
import { watchFiles } from '../config/watch';
import { showAlive } from './alive-file';
import { BUNDLE } from './bundle';
import { createCallable, readListings } from './callable';
import { workerConfig } from './config';
import { handleFaults } from './faults';
import { createWorkflows } from './foreign';
import { createJobs } from './jobs';
import { createLookUp } from './look-up';
import { toolsIn } from './menu';
import { startPulse } from './pulse';
import { createReload } from './reload';
import { installRuntime } from './runtime';
import { stopOnSignal } from './stop';
import { startWorker } from './worker';

/** How often it says so to its supervisor, milliseconds. */
const ALIVE_MS = 1_000;

async function main(): Promise<void> {
  const config = workerConfig(process.env);
  const log = createLog('holdfast-worker', config.logLevel);
  for (const doubt of doubtsIn(process.env)) log.warn(doubt);
  installRuntime(log, config.metrics);
  const jobs = createJobs(config.temporal);
  const upstreams = createUpstreams(config.upstreams, { version, log });
  upstreams.onChange(jobs.refresh);
  const own = toolsIn(config.catalog, config.temporal.namespace);
  const callable = createCallable(config.callable, readListings(config.temporal), new Set(own.keys()));
  const activities = {
    ...createActivities({ ...config.activities, upstreams: { upstreams, askJob: jobs.ask, log } }),
    ...createForeignSteps(createWorkflows(config.temporal)),
    ...createLookUp({ own, upstreams: callable }),
  };
  const code = { bundle: BUNDLE, activities };
  const worker = await startWorker(config, code, startPulse(config.temporal, config.logLevel));
  const { stop, done } = worker;
  handleFaults(worker, log);
  stopOnSignal(stop, config.drainMs, log);
  process.once('disconnect', stop);
  const reload = createReload(config, { read: () => workerConfig(process.env), upstreams, callable, log });
  process.on('SIGHUP', reload);
  watchFiles(config.files, reload);
  log.info({ version, ...worker.polls }, 'ready');
  process.send?.({ ready: true });
  if (config.aliveFile !== undefined) showAlive(config.aliveFile);
  // That a supervisor is gone is heard by the disconnect, not by an error here.
  setInterval(() => process.send?.({ alive: true }, undefined, undefined, () => undefined), ALIVE_MS).unref();
  await done.finally(() => upstreams.close(0)); // no step runs any more
  log.info('stopped');
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
