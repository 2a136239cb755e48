/** The gateway's configuration: the `gateway` part of holdfast.yaml and the environment, read once, parsed once. */
import { readFileSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { YAMLError, parse } from 'yaml';
import { z } from 'zod';
import { isHost } from '../workflows/contract';

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

/** The same as in the worker's configuration: both must name a host before it is called back. */
const Host = z.string().refine(isHost, 'a host, or host:port, as it stands in a URL');

const File = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(8484),
  /** Names that may stand in `Host` and `Origin` besides the loopback names. */
  allowed_hosts: z.array(z.string()).default([]),
  /** Seconds that a call waits before it answers with a handle. */
  patience: Patience.default(45),
  /** The same by `clientInfo.name`. */
  clients: z.record(z.string(), Profile).default({}),
  /** Seconds that a call waits before it answers with a task, where the client knows tasks. */
  task_grace: Patience.default(2),
  /** Base address of the Temporal Web UI, for the audit link in every answer. */
  temporal_ui: z.url().optional(),
  keys: z.array(Key).default([]),
  /** Jobs that one caller, and one tenant, may have running; a call over it is told when to come back. */
  quotas: z
    .strictObject({ caller: z.int().positive().default(100), tenant: z.int().positive().default(1_000) })
    .prefault({}),
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
  const file = fileAt(set.HOLDFAST_CONFIG);
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
    clients: { ...CLIENTS, ...file.clients },
    taskGraceMs: file.task_grace * 1000,
    temporalUi: (set.HOLDFAST_TEMPORAL_UI ?? file.temporal_ui)?.replace(/\/+$/, ''),
    keys: file.keys,
    quotas: { perCaller: file.quotas.caller, perTenant: file.quotas.tenant },
    weights: file.weights,
    schedules: file.schedules,
    webhooks: { allowedHosts: file.webhooks.allowed_hosts },
    secret,
    temporal: loadClientConnectConfig(),
  };
}

/** Both parts: a name that neither gateway nor worker reads is a mistake. */
const Parts = z.strictObject({ gateway: File.prefault({}), worker: z.unknown().optional() });

function fileAt(path: string | undefined): z.output<typeof File> {
  if (path === undefined) return File.parse({});
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new Error(`HOLDFAST_CONFIG names ${path}, which cannot be read. Correct the path, or unset it.`);
  }
  return parsed(Parts, yamlIn(text, path) ?? {}, path).gateway;
}

/** What a YAML text says. @throws Error with the line where it is wrong: the parser draws a picture over many */
function yamlIn(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLError)) throw error;
    const [problem = ''] = error.message.split('\n', 1);
    throw new Error(`HOLDFAST_CONFIG names ${path}, which is not YAML: ${problem.replace(/:$/, '')}.`);
  }
}

function parsed<T extends z.ZodType>(schema: T, value: unknown, where: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) =>
    [path.map(String).join('.'), message].filter(Boolean).join(': '),
  );
  throw new Error(`${where}: ${problems.join('; ')}. holdfast.yaml shows every setting.`);
}
