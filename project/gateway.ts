/** `holdfast/gateway`: a gateway that offers a project's tools, as a process of its own or in one of the author's. */
import { doubtsIn } from '../config/holdfast';
import { createLog } from '../config/log';
import { watchFiles } from '../config/watch';
import { gatewayConfig } from '../gateway/config';
import { startGateway as start } from '../gateway/gateway';
import type { Gateway } from '../gateway/gateway';
import { createReload } from '../gateway/reload';
import { tools as builtin } from '../workflows/tools';
import type { ToolDefinition } from '../workflows/define-tool';

export { builtin };
export type { Gateway };

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
  for (const doubt of doubtsIn(env)) log.warn(doubt);
  const gateway = await start(config, tools, log);
  const reload = createReload(config, { read: () => gatewayConfig(env), gateway, log });
  process.on('SIGHUP', reload);
  watchFiles(config.files, reload);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  log.info({ url: gateway.url }, 'ready');
  return gateway;
}

/** The same as a process: it ends on SIGTERM, and tells whoever started it when it is ready. */
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
