/** The worker process: configuration, activities and bundle meet here. */
import { pino } from 'pino';
import { createActivities } from '../activities';
import { BUNDLE } from './bundle';
import { workerConfig } from './config';
import { installRuntime, startWorker } from './worker';

async function main(): Promise<void> {
  const config = workerConfig(process.env);
  const log = pino({ name: 'holdfast-worker' });
  installRuntime(log);
  // A stray rejection of one step must not end the others.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  const { stop, done } = await startWorker(config, {
    bundle: BUNDLE,
    activities: createActivities(config.activities),
  });
  process.once('SIGTERM', stop).once('SIGINT', stop).once('disconnect', stop);
  process.send?.({ ready: true });
  await done;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
