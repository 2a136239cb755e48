/** The worker process: configuration, activities and bundle meet here. */
import { pino } from 'pino';
import { createActivities } from '../activities';
import { BUNDLE } from './bundle';
import { workerConfig } from './config';
import { installRuntime, startWorker } from './worker';

async function main(): Promise<void> {
  const config = workerConfig(process.env);
  installRuntime(pino({ name: 'holdfast-worker' }));
  const worker = await startWorker(config, {
    workflowBundle: { codePath: BUNDLE },
    activities: createActivities(config.activities),
  });
  const stop = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  process.once('SIGTERM', stop).once('SIGINT', stop).once('disconnect', stop);
  const running = worker.run();
  process.send?.({ ready: true });
  await running;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
