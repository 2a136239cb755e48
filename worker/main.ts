/** The worker process: configuration, activities and bundle meet here. */
import { pino } from 'pino';
import { createActivities } from '../activities';
import { showAlive } from './alive-file';
import { doubtsIn } from '../config/holdfast';
import { BUNDLE } from './bundle';
import { workerConfig } from './config';
import { handleFaults } from './faults';
import { startPulse } from './pulse';
import { stopOnSignal } from './stop';
import { installRuntime, startWorker } from './worker';

/** How often it says so to its supervisor, milliseconds. */
const ALIVE_MS = 1_000;

async function main(): Promise<void> {
  const config = workerConfig(process.env);
  const log = pino({ name: 'holdfast-worker' });
  for (const doubt of doubtsIn(process.env)) log.warn(doubt);
  installRuntime(log);
  const code = { bundle: BUNDLE, activities: createActivities(config.activities) };
  const worker = await startWorker(config, code, startPulse(config.temporal));
  const { stop, done } = worker;
  handleFaults(worker, log);
  stopOnSignal(stop, config.drainMs, log);
  process.once('disconnect', stop);
  process.send?.({ ready: true });
  if (config.aliveFile !== undefined) showAlive(config.aliveFile);
  // That a supervisor is gone is heard by the disconnect, not by an error here.
  setInterval(() => process.send?.({ alive: true }, undefined, undefined, () => undefined), ALIVE_MS).unref();
  await done;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
