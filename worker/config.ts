/** The worker's configuration: the `worker` part of holdfast.yaml and the environment, read once, parsed once. */
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import type { ActivitiesConfig } from '../activities';
import { fileAt, parsed } from '../config/file';
import { Host } from '../config/host';
import { QUEUE_NAME, WEBHOOKS_QUEUE } from '../workflows/contract';
import { secretIn, webhookSecrets } from './secrets';
import { Sources, WebAddress, sourcesOf } from './sources';
import { temporalConfig } from './temporal';

const GIB = 1024 ** 3;

const Queue = z.strictObject({
  /** Steps of this queue that one process runs at the same time. */
  concurrent_steps: z.number().int().positive().default(50),
  /** Steps of this queue that begin in a second, in the whole fleet. */
  per_second: z.number().positive().optional(),
});
const Drain = z.number().positive().max(86_400);
/** The limits of the callbacks' queue, unless the file sets others. Every worker polls it. */
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
      /** host:port pairs at which sources may have private addresses and use plain http. The pages that they find may not. */
      allow: z.array(z.string().regex(/^[^\sA-Z]+:\d{1,5}$/, 'host:port, in lower case')).default([]),
    })
    .prefault({}),
  sources: Sources.prefault({}),
  /** The OpenAI-compatible endpoint that plans and writes for deep_research. */
  model: z.strictObject({ url: WebAddress, name: z.string().min(1), key_env: z.string().min(1).optional() }).optional(),
  webhooks: z
    .strictObject({
      /** Hosts that may be called back when a job ends. None until the operator lists one. */
      allowed_hosts: z.array(Host).default([]),
    })
    .prefault({}),
  /** Steps that one process runs at the same time. */
  concurrent_steps: z.number().int().positive().default(50),
  /** Earlier versions of the workflow code that one process runs as long as they have jobs, the newest ones. */
  earlier_versions: z.number().int().nonnegative().default(10),
  /** Seconds that the steps under way have to come to their end when a worker is told to stop. */
  drain: Drain.default(20),
  /** Queues with a limit of their own, by the name that tools have in their policy (`queue`). */
  queues: z.record(z.string().regex(QUEUE_NAME, '1 to 32 of a-z, 0-9 and -'), Queue).default({}),
});

/** The whole file. The gateway checks its own part; any further part is a mistake. */
const Parts = z.strictObject({ gateway: z.unknown().optional(), worker: File.prefault({}) });

const Environment = z.object({
  HOLDFAST_CONFIG: z.string().optional(),
  /** Overrides `drain`. */
  HOLDFAST_DRAIN: z.coerce.number().pipe(Drain).optional(),
  HOLDFAST_DATA_DIR: z.string().default(join(tmpdir(), 'holdfast')),
  /** The folder where workers keep the code of running jobs. With it each job stays on the code that began it. */
  HOLDFAST_CODE_DIR: z.string().min(1).optional(),
  /** A file that is touched every second while this process takes work. */
  HOLDFAST_ALIVE_FILE: z.string().min(1).optional(),
  /** Overrides `repository.local_paths`: folders separated as in PATH. */
  HOLDFAST_GIT_LOCAL_PATHS: z.string().optional(),
  /** A folder of documents besides those of `sources.folders`; ignored when it does not exist. */
  HOLDFAST_DOCUMENTS: z.string().optional(),
  /** The secrets of webhook receivers are derived from it. */
  HOLDFAST_WEBHOOK_SECRET: z.string().optional(),
  /** The secret before, while receivers change over: messages are signed with both. */
  HOLDFAST_WEBHOOK_SECRET_OLD: z.string().optional(),
});

export interface WorkerConfig {
  readonly temporal: Required<ClientConnectConfig>;
  /** Most steps that this process runs at the same time, besides those of `queues`. */
  readonly concurrentSteps: number;
  readonly queues: readonly QueueConfig[];
  /** How long the steps under way have to come to their end when the process is told to stop. */
  readonly drainMs: number;
  /** Folder of the bundles of running jobs; undefined for a worker that pins no jobs. */
  readonly codeDir?: string | undefined;
  /** Path of a file that is touched every second while this process takes work; undefined: none. */
  readonly aliveFile?: string | undefined;
  /** Most earlier versions of the code that this process runs. Absent: no limit. */
  readonly earlierVersionsMax?: number;
  readonly activities: ActivitiesConfig;
}

/** A queue of steps that has a limit of its own. */
export interface QueueConfig {
  readonly name: string;
  /** Most steps of this queue that this process runs at the same time. */
  readonly concurrentSteps: number;
  /** Most steps of this queue that begin in a second, in all workers together. Absent: no limit. */
  readonly perSecond?: number | undefined;
}

/**
 * Reads the configuration.
 *
 * @throws BadSetting that names the setting and what it wants
 */
export function workerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  const set = parsed(Environment, env, 'the environment');
  const { worker } = fileAt(Parts, set.HOLDFAST_CONFIG);
  return {
    temporal: temporalConfig(),
    concurrentSteps: worker.concurrent_steps,
    queues: Object.entries({ [WEBHOOKS_QUEUE]: WEBHOOKS, ...worker.queues }).map(
      ([name, { concurrent_steps, per_second }]) => ({
        name,
        concurrentSteps: concurrent_steps,
        perSecond: per_second,
      }),
    ),
    drainMs: (set.HOLDFAST_DRAIN ?? worker.drain) * 1000,
    codeDir: set.HOLDFAST_CODE_DIR,
    aliveFile: set.HOLDFAST_ALIVE_FILE,
    earlierVersionsMax: worker.earlier_versions,
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
