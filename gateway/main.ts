/** The gateway process: configuration, tools and the world meet here. */
import { doubtsIn } from '../config/holdfast';
import { createLog } from '../config/log';
import { watchFiles } from '../config/watch';
import { tools } from '../workflows/tools';
import { gatewayConfig } from './config';
import { startGateway } from './gateway';
import { createReload } from './reload';

async function main(): Promise<void> {
  const config = gatewayConfig(process.env);
  const log = createLog('holdfast-gateway', config.logLevel);
  // A stray rejection of one request must not end the others.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  for (const doubt of doubtsIn(process.env)) log.warn(doubt);
  const gateway = await startGateway(config, tools, log);
  const reload = createReload(config, { read: () => gatewayConfig(process.env), gateway, log });
  process.on('SIGHUP', reload);
  watchFiles(config.files, reload);
  const stop = (): void => {
    gateway.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop).once('SIGINT', stop).once('disconnect', stop);
  log.info({ url: gateway.url }, 'ready');
  process.send?.({ ready: true, url: gateway.url });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
