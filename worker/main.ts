/** The worker process: configuration, activities and bundle meet here. */
import { pino } from 'pino';
import { createActivities } from '../activities';
import { BUNDLE } from './bundle';
import { workerConfig } from './config';
import { handleFaults } from './faults';
import { startPulse } from './pulse';
import { installRuntime, startWorker } from './worker';

async function main(): Promise<void> {
  const config = workerConfig(process.env);
  const log = pino({ name: 'holdfast-worker' });
  installRuntime(log);
  const code = { bundle: BUNDLE, activities: createActivities(config.activities) };
  const worker = await startWorker(config, code, startPulse());
  const { stop, done } = worker;
  handleFaults(worker, log);
  process.once('SIGTERM', stop).once('SIGINT', stop).once('disconnect', stop);
  process.send?.({ ready: true });
  await done;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
