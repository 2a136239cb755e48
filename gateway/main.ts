/** The gateway process: configuration, tools and the world meet here. */
import { pino } from 'pino';
import { doubtsIn } from '../config/holdfast';
import { tools } from '../workflows/tools';
import { gatewayConfig } from './config';
import { startGateway } from './gateway';

async function main(): Promise<void> {
  const log = pino({ name: 'holdfast-gateway', redact: ['authorization', '*.authorization'] });
  // A stray rejection of one request must not end the others.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  const config = gatewayConfig(process.env);
  for (const doubt of doubtsIn(process.env)) log.warn(doubt);
  const gateway = await startGateway(config, tools, log);
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
