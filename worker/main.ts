/** The worker process: configuration, activities and bundle meet here. */
import { version } from '../package.json';
import { createActivities } from '../activities';
import { doubtsIn } from '../config/holdfast';
import { createLog } from '../config/log';
import { showAlive } from './alive-file';
import { BUNDLE } from './bundle';
import { workerConfig } from './config';
import { handleFaults } from './faults';
import { startPulse } from './pulse';
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
  const code = { bundle: BUNDLE, activities: createActivities(config.activities) };
  const worker = await startWorker(config, code, startPulse(config.temporal, config.logLevel));
  const { stop, done } = worker;
  handleFaults(worker, log);
  stopOnSignal(stop, config.drainMs, log);
  process.once('disconnect', stop);
  log.info({ version, ...worker.polls }, 'ready');
  process.send?.({ ready: true });
  if (config.aliveFile !== undefined) showAlive(config.aliveFile);
  // That a supervisor is gone is heard by the disconnect, not by an error here.
  setInterval(() => process.send?.({ alive: true }, undefined, undefined, () => undefined), ALIVE_MS).unref();
  await done;
  log.info('stopped');
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
