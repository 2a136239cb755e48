/** What the commands read from the environment. No other file in cli/ reads settings from it. */
import type { ChildProcess, ForkOptions } from 'node:child_process';
import { delimiter, resolve } from 'node:path';
import { z } from 'zod';
import { Address } from '../config/address';
import { holdfastFile } from '../config/holdfast';
import { secretAt } from '../config/secret';
import type { Upstreams } from '../config/upstreams';
import { Port, variablesIn } from '../config/variables';
import { DEFAULT_DATA_DIR, cacheDirOf } from './folders';
import { inheritedOf } from './inherited';
import type { Inherited } from './inherited';

const Environment = z.object({
  HOLDFAST_DATA_DIR: z.string().default(DEFAULT_DATA_DIR),
  HOLDFAST_PORT: Port,
  HOLDFAST_CONFIG: z.string().optional(),
  HOLDFAST_MCP_SERVERS: z.string().optional(),
  HOLDFAST_METRICS: Address,
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_CLI_PATH: z.string().optional(),
  npm_lifecycle_event: z.string().optional(),
  PATH: z.string().default(''),
});

/** The configuration of a stack on this machine. */
export interface DevConfig {
  /** The folder of the database, the logs and the clones. */
  readonly dataDir: string;
  /** The working directory: the stack's tools may read the repositories and documents in it. */
  readonly workDir: string;
  /** Port of the first gateway; 0: any free one. */
  readonly port: number;
  /** `gateway.host` of the configuration file. The stack does not use it: it listens on loopback only. */
  readonly host: unknown;
  /** Whether callers need an API key. */
  readonly keyed: boolean;
  /** Path of the configuration file. */
  readonly configFile: string | undefined;
  /** Path of the file of MCP servers. */
  readonly mcpServersFile: string | undefined;
  /** Names of the tools of the catalogue. */
  readonly catalogued: readonly string[];
  /** As they are written in it, and in the file of MCP servers. */
  readonly upstreams: Upstreams;
  /** The master secret that callbacks are signed with. */
  readonly webhookSecret: string | undefined;
  /** Where the first process serves its metrics, and each other one on the next port; port 0: any free ones; absent: nowhere. */
  readonly metrics?: Address | undefined;
  /** `address`: host:port of a Temporal that runs already; undefined: one is started. */
  readonly temporal: { readonly address: string | undefined; readonly namespace: string };
  readonly engine: EngineConfig;
  /** Whether npm or npx started this process. */
  readonly underNpm: boolean;
  /** What the processes get of this environment. */
  readonly inherited: Inherited;
  /** The folder of the code that the next process is started from, laid out as `dist/` is. Absent: Holdfast's own. */
  readonly code?: () => string;
  /** Starts the processes. Absent: Node does. */
  readonly fork?: Fork;
  /** How long the steps of a worker may go on that is replaced, seconds. Absent: no longer than when the stack stops. */
  readonly drainS?: number;
}

/**
 * Starts the program `main` as a child.
 *
 * @param options - makes them. Each child needs its own, since they hold an open log
 */
export type Fork = (kind: 'gateway' | 'worker', n: number, main: string, options: () => ForkOptions) => ChildProcess;

/** What is needed to find the Temporal CLI. */
export interface EngineConfig {
  /** The binary that TEMPORAL_CLI_PATH names. */
  readonly cliPath: string | undefined;
  /** The folders of PATH. */
  readonly path: readonly string[];
  /** Where the project keeps its own CLI. */
  readonly cacheDir: string;
}

/**
 * Reads the environment.
 *
 * @throws BadSetting that names the setting and what it wants
 */
export function devConfig(env: NodeJS.ProcessEnv): DevConfig {
  const set = variablesIn(Environment, env);
  const { gateway: file, upstreams, catalog, named } = holdfastFile(env);
  return {
    dataDir: resolve(set.HOLDFAST_DATA_DIR),
    workDir: process.cwd(),
    port: set.HOLDFAST_PORT ?? file.port,
    host: file.host,
    keyed: file.keys.length > 0,
    configFile: set.HOLDFAST_CONFIG,
    mcpServersFile: set.HOLDFAST_MCP_SERVERS,
    catalogued: Object.keys(catalog),
    upstreams,
    webhookSecret: secretAt(env, 'HOLDFAST_WEBHOOK_SECRET'),
    metrics: set.HOLDFAST_METRICS,
    temporal: { address: set.TEMPORAL_ADDRESS, namespace: set.TEMPORAL_NAMESPACE },
    engine: {
      cliPath: set.TEMPORAL_CLI_PATH,
      path: set.PATH.split(delimiter).filter(Boolean),
      cacheDir: cacheDirOf(env),
    },
    underNpm: set.npm_lifecycle_event !== undefined,
    inherited: inheritedOf(env, named),
  };
}

/** Files of settings that a command names. */
export interface FileOptions {
  /** holdfast.yaml. */
  readonly config?: string | undefined;
  /** MCP servers, as other clients have them. */
  readonly mcpServers?: string | undefined;
}

/** The environment, as if its variables named these files. */
export const environmentWith = (env: NodeJS.ProcessEnv, { config, mcpServers }: FileOptions): NodeJS.ProcessEnv => ({
  ...env,
  ...(config !== undefined && { HOLDFAST_CONFIG: config }),
  ...(mcpServers !== undefined && { HOLDFAST_MCP_SERVERS: mcpServers }),
});
