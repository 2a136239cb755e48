/** A gateway with the settings of an environment: in this process, or as the whole of it. */
import { doubtsIn } from '../config/holdfast';
import { createLog } from '../config/log';
import { watchFiles } from '../config/watch';
import type { ToolDefinition } from '../workflows/define-tool';
import { gatewayConfig } from './config';
import { startGateway as start } from './gateway';
import type { Gateway } from './gateway';
import { createReload } from './reload';

/**
 * Starts a gateway. Where it listens, whom it lets in and which Temporal it asks is read from the environment, and from the file that
 * HOLDFAST_CONFIG names there. To have it behind an HTTP server of one's own, let it listen on loopback and proxy to `url`.
 *
 * @param tools - the menu: `tools` of the built `menu` of a project
 * @throws BadSetting that says what is wrong, or which port is taken
 */
export async function startGateway(env: NodeJS.ProcessEnv, tools: readonly ToolDefinition[]): Promise<Gateway> {
  const config = gatewayConfig(env);
  const log = createLog('holdfast-gateway', config.logLevel);
  // A stray rejection of one request must not end the others.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  for (const doubt of doubtsIn(env)) log.warn(doubt);
  const gateway = await start(config, tools, log);
  const watch = watchFiles(config.files, () => reload());
  const reload = createReload(config, { read: () => gatewayConfig(env), gateway, watch, log });
  process.on('SIGHUP', reload);
  log.info({ url: gateway.url }, 'ready');
  return gateway;
}

/** Runs a gateway as a process: it ends on SIGTERM, and tells whoever started it when it is ready. */
export function runGateway(env: NodeJS.ProcessEnv, tools: readonly ToolDefinition[]): void {
  startGateway(env, tools).then(
    (gateway) => {
      const stop = (): void => {
        gateway.stop().then(
          () => process.exit(0),
          () => process.exit(1),
        );
      };
      process.once('SIGTERM', stop).once('SIGINT', stop).once('disconnect', stop);
      process.send?.({ ready: true, url: gateway.url });
    },
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}
