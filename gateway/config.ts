/** The gateway's configuration: the `gateway` part of holdfast.yaml and the environment, read once, parsed once. */
import { readFileSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { BadSetting, fileAt, parsed } from '../config/file';
import { Host } from '../config/host';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

const Patience = z.number().min(0).max(240);

const Profile = z.strictObject({
  /** Seconds. */
  patience: Patience,
});
type ClientProfile = z.output<typeof Profile>;

const Key = z.strictObject({
  /** SHA-256 of the key, hex. The key itself is never stored. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of the key in 64 lower-case hex digits'),
  tenant: z.string().regex(/^[a-z0-9-]{1,32}$/, '1 to 32 of a-z, 0-9 and -'),
  subject: z.string().min(1).max(128),
  /** Seconds that calls with this key wait, whatever the client. */
  patience: Patience.optional(),
});

/** What is known of clients by their `clientInfo.name`. Any other gets the default. */
const CLIENTS: Readonly<Record<string, ClientProfile>> = {
  'claude-code': { patience: 110 },
  'codex-mcp-client': { patience: 110 },
  'Visual Studio Code': { patience: 110 },
};

const File = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(8484),
  /** Names that may stand in `Host` and `Origin` besides the loopback names. */
  allowed_hosts: z.array(z.string()).default([]),
  /** Seconds that a call waits before it answers with a handle. */
  patience: Patience.default(45),
  /** How long calls of a client wait, by its `clientInfo.name`. */
  clients: z.record(z.string(), Profile).default({}),
  /** Seconds that a call waits before it answers with a task, where the client knows tasks. */
  task_grace: Patience.default(2),
  /** Seconds that a job has to end by itself once it was told to stop. Then it is ended, whatever its code does. */
  cancel_grace: z.number().positive().max(3_600).default(30),
  /** Base address of the Temporal Web UI, for the audit link in every answer. */
  temporal_ui: z.url().optional(),
  keys: z.array(Key).default([]),
  /** Jobs that one caller, and one tenant, may have running; a call over it is told when to come back. */
  quotas: z
    .strictObject({ caller: z.int().positive().default(100), tenant: z.int().positive().default(1_000) })
    .prefault({}),
  /** What one request may bring. The highest values are what Temporal takes as one payload, and what the process bears. */
  limits: z
    .strictObject({
      max_bytes: z.int().min(16_384).max(1_900_000).default(1_048_576),
      max_depth: z.int().min(16).max(256).default(64),
      max_values: z.int().min(1_000).max(100_000).default(10_000),
      max_batch: z.int().min(1).max(100).default(10),
    })
    .prefault({}),
  /** Connections in all, and those of one address on which nothing is asked; the longest silent one goes for a new one. */
  connections: z
    .strictObject({
      max: z.int().min(10).max(100_000).default(5_000),
      silent_per_address: z.int().min(1).max(100_000).default(500),
    })
    .prefault({}),
  /** Addresses, or ranges such as 10.0.0.0/8, of proxies in front of the gateway: what they say in X-Forwarded-For is believed. */
  proxies: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'an address, or a range such as 10.0.0.0/8'))
    .default([]),
  /** Share of a tenant in workers that are short, against the 1 of others. */
  weights: z.record(z.string(), z.number().min(0.001).max(1_000)).default({}),
  /** Whether calls may be put off or repeated (`job_schedule`). */
  schedules: z.boolean().default(false),
  webhooks: z
    .strictObject({
      /** Hosts that callers may have called back when their job ends. None until the operator lists one. */
      allowed_hosts: z.array(Host).default([]),
    })
    .prefault({}),
});

/** Both parts: a name that neither gateway nor worker reads is a mistake. */
const Parts = z.strictObject({ gateway: File.prefault({}), worker: z.unknown().optional() });

const Environment = z.object({
  HOLDFAST_CONFIG: z.string().optional(),
  HOLDFAST_HOST: z.string().optional(),
  HOLDFAST_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  HOLDFAST_PATIENCE: z.coerce.number().positive().max(240).optional(),
  HOLDFAST_TEMPORAL_UI: z.url().optional(),
  HOLDFAST_SECRET: z.string().optional(),
  HOLDFAST_SECRET_FILE: z.string().optional(),
});

/** What a gateway process is started with. Durations in milliseconds. */
export interface GatewayConfig {
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
  readonly keys: readonly z.output<typeof Key>[];
  readonly quotas: { readonly perCaller: number; readonly perTenant: number };
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
  readonly secret: string;
  readonly temporal: ClientConnectConfig;
}

/**
 * Reads the configuration.
 *
 * @param env - the process's environment
 * @throws BadSetting that names the setting and what it wants
 */
export function gatewayConfig(env: NodeJS.ProcessEnv): GatewayConfig {
  const set = parsed(Environment, env, 'the environment');
  const { gateway: file } = fileAt(Parts, set.HOLDFAST_CONFIG);
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
  const secret =
    set.HOLDFAST_SECRET ?? (set.HOLDFAST_SECRET_FILE && readFileSync(set.HOLDFAST_SECRET_FILE, 'utf8').trim());
  if (!secret || secret.length < 32) {
    throw new BadSetting(
      'HOLDFAST_SECRET (or the file named by HOLDFAST_SECRET_FILE) must hold at least 32 characters, the same for every gateway. Make one with: openssl rand -hex 32',
    );
  }
  return {
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
    secret,
    temporal: loadClientConnectConfig(),
  };
}
