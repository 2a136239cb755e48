/** The worker's configuration: the `worker` part of holdfast.yaml and the environment, read once, parsed once. */
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { fileAt, parsed } from '../config/file';
import { Host } from '../config/host';
import { QUEUE_NAME, WEBHOOKS_QUEUE } from '../workflows/contract';
import { secretIn, webhookSecrets } from './secrets';
import { Sources, WebAddress, sourcesOf } from './sources';

const GIB = 1024 ** 3;

const Queue = z.strictObject({
  /** Steps of this queue that one process runs at the same time. */
  concurrent_steps: z.number().int().positive().default(50),
  /** Steps of this queue that begin in a second, in the whole fleet. */
  per_second: z.number().positive().optional(),
});
/** Every worker delivers callbacks, most of which wait for their receivers, on a queue that the file may give other limits. */
const WEBHOOKS = Queue.parse({});

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
      /** host:port pairs at which sources may be private addresses and plain http. Pages that they find may not. */
      allow: z.array(z.string().regex(/^[^\sA-Z]+:\d{1,5}$/, 'host:port, in lower case')).default([]),
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
  queues: z.record(z.string().regex(QUEUE_NAME, '1 to 32 of a-z, 0-9 and -'), Queue).default({}),
});

/** Both parts: a name that neither gateway nor worker reads is a mistake. */
const Parts = z.strictObject({ gateway: z.unknown().optional(), worker: File.prefault({}) });

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
 * @throws BadSetting that names the setting and what it wants
 */
export function workerConfig(env: NodeJS.ProcessEnv) {
  const set = parsed(Environment, env, 'the environment');
  const { worker } = fileAt(Parts, set.HOLDFAST_CONFIG);
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  return {
    temporal: { connectionOptions, namespace },
    concurrentSteps: worker.concurrent_steps,
    queues: Object.entries({ [WEBHOOKS_QUEUE]: WEBHOOKS, ...worker.queues }).map(
      ([name, { concurrent_steps, per_second }]) => ({
        name,
        concurrentSteps: concurrent_steps,
        perSecond: per_second,
      }),
    ),
    activities: {
      egress: worker.egress,
      sources: sourcesOf(worker.sources, set.HOLDFAST_DOCUMENTS, env),
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
        secrets:
          worker.webhooks.allowed_hosts.length === 0
            ? []
            : webhookSecrets(set.HOLDFAST_WEBHOOK_SECRET, set.HOLDFAST_WEBHOOK_SECRET_OLD),
      },
    },
  };
}
