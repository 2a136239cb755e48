/** How to reach Temporal: the environment, and the file that it names, as all of Temporal's programs read them. */
import { createSecureContext } from 'node:tls';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { BadSetting } from './file';
import { secretAt } from './secret';

/** Where Temporal is when nothing says so. */
const LOCAL = 'localhost:7233';

/** A namespace of Temporal, and how to reach it. */
export type TemporalConfig = Required<ClientConnectConfig>;

/** host:port, for messages. */
export const addressOf = ({ connectionOptions }: ClientConnectConfig): string => connectionOptions.address ?? LOCAL;

/**
 * Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY (or TEMPORAL_API_KEY_FILE), TEMPORAL_TLS_* and Temporal's own
 * configuration file.
 *
 * @throws BadSetting that names the setting when a file cannot be read, or holds no certificate
 */
export function temporalConfig(env: NodeJS.ProcessEnv): TemporalConfig {
  const key = secretAt(env, 'TEMPORAL_API_KEY');
  const { connectionOptions, namespace = 'default' } = loaded({ ...env, ...(key && { TEMPORAL_API_KEY: key }) });
  assertUsable(connectionOptions);
  return { connectionOptions, namespace };
}

function loaded(env: NodeJS.ProcessEnv): ClientConnectConfig {
  const set = Object.entries(env).filter((variable): variable is [string, string] => !!variable[1]);
  try {
    return loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(set) });
  } catch (error) {
    const path = typeof error === 'object' && error !== null && 'path' in error ? String(error.path) : undefined;
    const [name] = set.find(([variable, value]) => value === path && variable.startsWith('TEMPORAL_')) ?? [];
    if (path !== undefined)
      throw new BadSetting(
        `${name ?? "Temporal's configuration file"} names ${path}, which cannot be read. Correct the path, or unset it.`,
      );
    const why = error instanceof Error ? error.message : String(error);
    throw new BadSetting(
      `The settings of Temporal (TEMPORAL_*, and the file in TEMPORAL_CONFIG_FILE) cannot be used: ${why}`,
    );
  }
}

/** Temporal's client would find out at its first connection, and name no setting. */
function assertUsable({ tls }: ClientConnectConfig['connectionOptions']): void {
  if (typeof tls !== 'object' || tls === null) return;
  const { serverRootCACertificate: ca, clientCertPair: pair } = tls;
  try {
    createSecureContext({
      ...(ca && { ca: Buffer.from(ca) }),
      ...(pair && { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) }),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BadSetting(
      `The certificates for Temporal cannot be used (${why}). TEMPORAL_TLS_SERVER_CA_CERT_PATH, TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH must name PEM files, the last two a pair.`,
    );
  }
}
