/** How to reach Temporal: the environment, and the file that it names, as all of Temporal's programs read them. */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';

export function temporalConfig(): Required<ClientConnectConfig> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  return { connectionOptions, namespace };
}
