/** The gateway's configuration: the `gateway` part of holdfast.yaml and the environment, read once, parsed once. */
import { z } from 'zod';
import { Address } from '../config/address';
import type { Catalog } from '../config/catalog';
import { BadSetting } from '../config/file';
import type { ClientProfile, GatewayPart } from '../config/gateway';
import { holdfastFile } from '../config/holdfast';
import { LogLevel } from '../config/log-level';
import { secretAt } from '../config/secret';
import { temporalConfig } from '../config/temporal';
import type { TemporalConfig } from '../config/temporal';
import type { Upstreams } from '../config/upstreams';
import { Port, variablesIn } from '../config/variables';
import { isGuessable } from '../config/weak';

/** Shortest secret, characters. */
const SECRET_MIN = 32;
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** What is known of clients by their `clientInfo.name`. Any other gets the default. */
const CLIENTS: Readonly<Record<string, ClientProfile>> = {
  'claude-code': { patience: 110 },
  'codex-mcp-client': { patience: 110 },
  'Visual Studio Code': { patience: 110 },
};

const SECONDS = 'must be seconds, more than 0 and at most 240';

const Environment = z.object({
  HOLDFAST_CONFIG: z.string().optional(),
  HOLDFAST_MCP_SERVERS: z.string().optional(),
  HOLDFAST_HOST: z.string().optional(),
  HOLDFAST_PORT: Port,
  HOLDFAST_PATIENCE: z.coerce.number(SECONDS).positive(SECONDS).max(240, SECONDS).optional(),
  HOLDFAST_TEMPORAL_UI: z.url('must be the address of the Web UI, with https:// or http://').optional(),
  HOLDFAST_LOG_LEVEL: LogLevel.optional(),
  /** Where Prometheus reads metrics; absent: nowhere. */
  HOLDFAST_METRICS: Address,
});

/** What a gateway process is started with. Durations in milliseconds. */
export interface GatewayConfig {
  /** Paths of the files that all of this was read from. */
  readonly files: readonly string[];
  readonly host: string;
  readonly port: number;
  /** Names that may stand in `Host` and `Origin`. */
  readonly allowedHosts: readonly string[];
  /** How long a call waits before it answers with a handle. */
  readonly patienceMs: number;
  /** By `clientInfo.name`. */
  readonly clients: Readonly<Record<string, ClientProfile>>;
  /** How long a call waits before it answers with a task, where the client knows tasks. */
  readonly taskGraceMs: number;
  /** How long a job has to end by itself once it was told to stop. */
  readonly cancelGraceMs: number;
  /** Base address of the Temporal Web UI, without a slash at its end. */
  readonly temporalUi: string | undefined;
  /** Without any, a gateway serves loopback only, and everyone is one caller. */
  readonly keys: z.output<typeof GatewayPart>['keys'];
  readonly quotas: { readonly perCaller: number; readonly perTenant: number };
  /** Requests of one caller in a second. A gateway without keys has one caller, who is not slowed. */
  readonly rates: { readonly calls: number; readonly reads: number };
  /** What one request may bring. */
  readonly limits: {
    readonly bytes: number;
    /** Levels of nesting. */
    readonly depth: number;
    /** Members of objects and arrays, in all. */
    readonly values: number;
    /** Messages in a batch. */
    readonly batch: number;
  };
  readonly connections: { readonly most: number; readonly silentPerAddress: number };
  /** Addresses and ranges of proxies in front of the gateway. */
  readonly proxies: readonly string[];
  /** Share of a tenant in workers that are short, against the 1 of others. */
  readonly weights: Readonly<Record<string, number>>;
  /** Whether calls may be put off or repeated. */
  readonly schedules: boolean;
  readonly webhooks: { readonly allowedHosts: readonly string[] };
  /** MCP servers and APIs whose tools are offered here; how they are reached is read by workers alone. */
  readonly upstreams: Upstreams;
  /** Workflows that exist, as tools; absent: none. */
  readonly catalog?: Catalog;
  readonly secret: string;
  /** The secret before it: jobs, sessions and notes of that time are still known. */
  readonly previousSecret?: string | undefined;
  /** The least that is logged; absent: info. */
  readonly logLevel?: LogLevel | undefined;
  /** Where metrics are served; absent: nowhere. */
  readonly metrics?: Address | undefined;
  readonly temporal: TemporalConfig;
}

/** What can change while a gateway runs, as its catalogue can, and what it is read from. The rest waits for its next start. */
const RULES = ['keys', 'quotas', 'rates', 'weights', 'upstreams'] as const;
export type Rules = Pick<GatewayConfig, (typeof RULES)[number]>;
export const needsNoRestart = (name: string): boolean =>
  ['catalog', 'files'].includes(name) || RULES.some((rule) => rule === name);
export const rulesIn = ({ keys, quotas, rates, weights, upstreams }: GatewayConfig): Rules => ({
  keys,
  quotas,
  rates,
  weights,
  upstreams,
});

/**
 * Reads the configuration.
 *
 * @param env - the process's environment
 * @throws BadSetting that names the setting and what it wants
 */
export function gatewayConfig(env: NodeJS.ProcessEnv): GatewayConfig {
  const set = variablesIn(Environment, env);
  const { gateway: file, upstreams, catalog, files } = holdfastFile(env);
  const host = set.HOLDFAST_HOST ?? file.host;
  const loopback = LOOPBACK.includes(host);
  if (!loopback && file.keys.length === 0) {
    throw new BadSetting(
      `The gateway would listen on ${host} without authentication. Add gateway.keys to the configuration, or listen on 127.0.0.1.`,
    );
  }
  if (!loopback && file.allowed_hosts.length === 0) {
    throw new BadSetting(
      `The gateway listens on ${host}: list the names that clients use for it in gateway.allowed_hosts.`,
    );
  }
  const [secret, previousSecret] = secretsIn(env);
  return {
    files,
    host,
    port: set.HOLDFAST_PORT ?? file.port,
    allowedHosts: [...LOOPBACK, '[::1]', ...file.allowed_hosts],
    patienceMs: (set.HOLDFAST_PATIENCE ?? file.patience) * 1000,
    clients: { ...CLIENTS, ...file.clients },
    taskGraceMs: file.task_grace * 1000,
    cancelGraceMs: file.cancel_grace * 1000,
    temporalUi: (set.HOLDFAST_TEMPORAL_UI ?? file.temporal_ui)?.replace(/\/+$/, ''),
    keys: file.keys,
    quotas: { perCaller: file.quotas.caller, perTenant: file.quotas.tenant },
    rates: file.rates,
    limits: {
      bytes: file.limits.max_bytes,
      depth: file.limits.max_depth,
      values: file.limits.max_values,
      batch: file.limits.max_batch,
    },
    connections: { most: file.connections.max, silentPerAddress: file.connections.silent_per_address },
    proxies: file.proxies,
    weights: file.weights,
    schedules: file.schedules,
    webhooks: { allowedHosts: file.webhooks.allowed_hosts },
    upstreams,
    catalog,
    secret,
    previousSecret,
    logLevel: set.HOLDFAST_LOG_LEVEL,
    metrics: set.HOLDFAST_METRICS,
    temporal: temporalConfig(env),
  };
}

/** The secret, and the one before it while jobs that began under that can still be read. */
function secretsIn(env: NodeJS.ProcessEnv): [secret: string, previous: string | undefined] {
  const [secret = '', previous] = [secretAt(env, 'HOLDFAST_SECRET'), secretAt(env, 'HOLDFAST_SECRET_PREVIOUS')];
  if (secret.length < SECRET_MIN)
    throw new BadSetting(
      `HOLDFAST_SECRET (or the file named by HOLDFAST_SECRET_FILE) must hold at least ${SECRET_MIN} characters, the same for every gateway. Make one with: openssl rand -hex 32`,
    );
  if (isGuessable(secret))
    throw new BadSetting(
      'HOLDFAST_SECRET has so little variety that it can be guessed. Make one with: openssl rand -hex 32. As long as jobs of its time are wanted, this one may stand in HOLDFAST_SECRET_PREVIOUS.',
    );
  if (previous !== undefined && (previous.length < SECRET_MIN || previous === secret))
    throw new BadSetting(
      `HOLDFAST_SECRET_PREVIOUS (or its _FILE) must hold the secret before this one, at least ${SECRET_MIN} characters. Unset it once no job of that time is wanted.`,
    );
  return [secret, previous];
}
