/** The worker's configuration: the `worker` part of holdfast.yaml and the environment, read once, parsed once. */
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { YAMLError, parse } from 'yaml';
import { z } from 'zod';
import type { SourcesConfig } from '../activities/sources/sources';
import { isHost } from '../workflows/contract';

const GIB = 1024 ** 3;
const SECRET_MIN = 32;

/** The same as in the gateway's configuration: both must name a host before it is called back. */
const Host = z.string().refine(isHost, 'a host, or host:port, as it stands in a URL');

const WebAddress = z.url({ protocol: /^https?$/, error: 'An address that begins with https:// or http://' });

/** Settings of something that is off when they are false. */
const orFalse = <T extends z.ZodType>(settings: T) =>
  z.union([z.literal(false).transform(() => undefined), settings], 'Either false or its settings');

/** The only setting that most sources have: another address, such as a mirror's. */
const Place = z.strictObject({ base_url: WebAddress.optional() });

const Sources = z.strictObject({
  wikipedia: orFalse(
    Place.extend({
      language: z
        .string()
        .regex(/^[a-z][a-z-]*$/, 'A language as in the address: en, de, zh-min-nan')
        .default('en'),
    }),
  ).prefault({}),
  hacker_news: orFalse(Place).prefault({}),
  arxiv: orFalse(Place).prefault({}),
  github: orFalse(Place.extend({ token_env: z.string().min(1).optional() })).prefault({}),
  searxng: z.strictObject({ url: WebAddress }).optional(),
  feeds: z.array(WebAddress).max(100).default([]),
  folders: z.array(z.string().min(1)).default([]),
});

const File = z.strictObject({
  repository: z
    .strictObject({
      /** Folders under which local repositories may be read. None until the operator lists one. */
      local_paths: z.array(z.string()).default([]),
      /** Largest clone, bytes. */
      max_bytes: z.number().int().positive().default(GIB),
    })
    .prefault({}),
  egress: z
    .strictObject({
      /** host:port pairs that may be private addresses and plain http. */
      allow: z.array(z.string()).default([]),
    })
    .prefault({}),
  sources: Sources.prefault({}),
  /** An OpenAI-compatible endpoint with which deep_research plans and writes. */
  model: z.strictObject({ url: WebAddress, name: z.string().min(1), key_env: z.string().min(1).optional() }).optional(),
  webhooks: z
    .strictObject({
      /** Hosts that may be called back when a job ends. None until the operator lists one. */
      allowed_hosts: z.array(Host).default([]),
    })
    .prefault({}),
  /** Steps that one process runs at the same time. */
  concurrent_steps: z.number().int().positive().default(50),
  /** Queues of tools that have a limit of their own (`queue` in their policy), by name. */
  queues: z
    .record(
      z.string().regex(/^[a-z0-9-]{1,32}$/, '1 to 32 of a-z, 0-9 and -'),
      z.strictObject({
        /** Steps of this queue that one process runs at the same time. */
        concurrent_steps: z.number().int().positive().default(50),
        /** Steps of this queue that begin in a second, in the whole fleet. */
        per_second: z.number().positive().optional(),
      }),
    )
    .default({}),
});

const Environment = z.object({
  HOLDFAST_CONFIG: z.string().optional(),
  HOLDFAST_DATA_DIR: z.string().default(join(tmpdir(), 'holdfast')),
  /** Overrides `repository.local_paths`: folders separated as in PATH. */
  HOLDFAST_GIT_LOCAL_PATHS: z.string().optional(),
  /** A folder of documents besides those of `sources.folders`; ignored when it does not exist. */
  HOLDFAST_DOCUMENTS: z.string().optional(),
  /** The secrets of webhook receivers are derived from it. */
  HOLDFAST_WEBHOOK_SECRET: z.string().optional(),
  /** The one before, while receivers change over: messages are signed with both. */
  HOLDFAST_WEBHOOK_SECRET_OLD: z.string().optional(),
});

export type WorkerConfig = ReturnType<typeof workerConfig>;

/**
 * Reads the configuration.
 *
 * @throws Error that names the setting and what it wants
 */
export function workerConfig(env: NodeJS.ProcessEnv) {
  const set = Environment.parse(env);
  const { worker } = fileAt(set.HOLDFAST_CONFIG);
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  return {
    temporal: { connectionOptions, namespace },
    concurrentSteps: worker.concurrent_steps,
    queues: Object.entries(worker.queues).map(([name, limits]) => ({
      name,
      concurrentSteps: limits.concurrent_steps,
      perSecond: limits.per_second,
    })),
    activities: {
      egress: worker.egress,
      sources: sourcesOf(worker.sources, documents(set.HOLDFAST_DOCUMENTS), env),
      model: worker.model && {
        url: worker.model.url,
        name: worker.model.name,
        key: secretIn(env, 'worker.model.key_env', worker.model.key_env),
      },
      repository: {
        cacheDir: join(set.HOLDFAST_DATA_DIR, 'repositories'),
        localPaths: set.HOLDFAST_GIT_LOCAL_PATHS?.split(delimiter).filter(Boolean) ?? worker.repository.local_paths,
        maxBytes: worker.repository.max_bytes,
      },
      webhooks: {
        allowedHosts: worker.webhooks.allowed_hosts,
        secrets: worker.webhooks.allowed_hosts.length === 0 ? [] : webhookSecrets(set),
      },
    },
  };
}

/** Both parts: a name that neither gateway nor worker reads is a mistake. */
const Parts = z.strictObject({ gateway: z.unknown().optional(), worker: File.prefault({}) });

function fileAt(path: string | undefined): z.output<typeof Parts> {
  if (path === undefined) return Parts.parse({});
  const { success, data, error } = Parts.safeParse(yamlAt(path) ?? {});
  if (success) return data;
  const problems = error.issues.map(({ path: where, message }) =>
    [where.map(String).join('.'), message].filter(Boolean).join(': '),
  );
  throw new Error(`${path}: ${problems.join('; ')}. holdfast.yaml shows every setting.`);
}

/** What a YAML file says. @throws Error with the line where it is wrong: the parser draws a picture over many */
function yamlAt(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new Error(`HOLDFAST_CONFIG names ${path}, which cannot be read. Correct the path, or unset it.`);
  }
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLError)) throw error;
    const [problem = ''] = error.message.split('\n', 1);
    throw new Error(`HOLDFAST_CONFIG names ${path}, which is not YAML: ${problem.replace(/:$/, '')}.`);
  }
}

function sourcesOf(sources: z.infer<typeof Sources>, more: readonly string[], env: NodeJS.ProcessEnv): SourcesConfig {
  const { wikipedia, hacker_news, arxiv, github, searxng, feeds, folders } = sources;
  return {
    wikipedia: wikipedia && { language: wikipedia.language, baseUrl: wikipedia.base_url },
    hackerNews: hacker_news && { baseUrl: hacker_news.base_url },
    arxiv: arxiv && { baseUrl: arxiv.base_url },
    github: github && {
      baseUrl: github.base_url,
      token: secretIn(env, 'worker.sources.github.token_env', github.token_env),
    },
    searxng,
    feeds,
    folders: [...folders, ...more],
  };
}

const documents = (folder: string | undefined): string[] =>
  folder !== undefined && existsSync(folder) ? [folder] : [];

function secretIn(env: NodeJS.ProcessEnv, setting: string, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const secret = env[name];
  if (!secret) throw new Error(`${setting} names ${name}, which is not set.`);
  return secret;
}

function webhookSecrets({
  HOLDFAST_WEBHOOK_SECRET: present = '',
  HOLDFAST_WEBHOOK_SECRET_OLD: old,
}: z.output<typeof Environment>): readonly string[] {
  const secrets = old === undefined ? [present] : [present, old];
  if (secrets.every(({ length }) => length >= SECRET_MIN)) return secrets;
  throw new Error(
    `worker.webhooks.allowed_hosts names receivers: HOLDFAST_WEBHOOK_SECRET (and HOLDFAST_WEBHOOK_SECRET_OLD, if set) must hold at least ${SECRET_MIN} characters, the same for every worker. Make one with: openssl rand -hex 32`,
  );
}
