/** The gateway's configuration: the `gateway` part of holdfast.yaml and the environment, read once, parsed once. */
import { readFileSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { parse } from 'yaml';
import { z } from 'zod';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

const Key = z.strictObject({
  /** SHA-256 of the key, hex. The key itself is never stored. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of the key in 64 lower-case hex digits'),
  tenant: z.string().regex(/^[a-z0-9-]{1,32}$/, '1 to 32 of a-z, 0-9 and -'),
  subject: z.string().min(1).max(128),
});

const File = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(8484),
  /** Names that may stand in `Host` and `Origin` besides the loopback names. */
  allowed_hosts: z.array(z.string()).default([]),
  /** Seconds that a call waits before it answers with a handle. */
  patience: z.number().positive().max(240).default(45),
  /** Base address of the Temporal Web UI, for the audit link in every answer. */
  temporal_ui: z.url().optional(),
  keys: z.array(Key).default([]),
});

const Environment = z.object({
  HOLDFAST_CONFIG: z.string().optional(),
  HOLDFAST_HOST: z.string().optional(),
  HOLDFAST_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  HOLDFAST_PATIENCE: z.coerce.number().positive().max(240).optional(),
  HOLDFAST_TEMPORAL_UI: z.url().optional(),
  HOLDFAST_SECRET: z.string().optional(),
  HOLDFAST_SECRET_FILE: z.string().optional(),
});

export type GatewayConfig = ReturnType<typeof gatewayConfig>;

/**
 * Reads the configuration.
 *
 * @param env - the process's environment
 * @throws Error with one sentence that names the setting and what it wants
 */
export function gatewayConfig(env: NodeJS.ProcessEnv) {
  const set = parsed(Environment, env, 'the environment');
  const file = parsed(File, fileAt(set.HOLDFAST_CONFIG), set.HOLDFAST_CONFIG ?? 'the configuration');
  const host = set.HOLDFAST_HOST ?? file.host;
  const loopback = LOOPBACK.includes(host);
  if (!loopback && file.keys.length === 0) {
    throw new Error(
      `The gateway would listen on ${host} without authentication. Add gateway.keys to the configuration, or listen on 127.0.0.1.`,
    );
  }
  if (!loopback && file.allowed_hosts.length === 0) {
    throw new Error(`The gateway listens on ${host}: list the names that clients use for it in gateway.allowed_hosts.`);
  }
  const secret =
    set.HOLDFAST_SECRET ?? (set.HOLDFAST_SECRET_FILE && readFileSync(set.HOLDFAST_SECRET_FILE, 'utf8').trim());
  if (!secret || secret.length < 32) {
    throw new Error(
      'HOLDFAST_SECRET (or the file named by HOLDFAST_SECRET_FILE) must hold at least 32 characters, the same for every gateway. Make one with: openssl rand -hex 32',
    );
  }
  return {
    host,
    port: set.HOLDFAST_PORT ?? file.port,
    allowedHosts: [...LOOPBACK, '[::1]', ...file.allowed_hosts],
    patienceMs: (set.HOLDFAST_PATIENCE ?? file.patience) * 1000,
    temporalUi: (set.HOLDFAST_TEMPORAL_UI ?? file.temporal_ui)?.replace(/\/+$/, ''),
    keys: file.keys,
    secret,
    temporal: loadClientConnectConfig(),
  };
}

function fileAt(path: string | undefined): unknown {
  if (path === undefined) return {};
  const text = readFileSync(path, 'utf8');
  const Parts = z.strictObject({ gateway: z.unknown().optional(), worker: z.unknown().optional() });
  return parsed(Parts, parse(text) ?? {}, path).gateway ?? {};
}

function parsed<T extends z.ZodType>(schema: T, value: unknown, where: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${where}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}`);
}
