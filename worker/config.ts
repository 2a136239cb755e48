/** The worker's configuration: the `worker` part of holdfast.yaml and the environment, read once, parsed once. */
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import type { ActivitiesConfig } from '../activities';
import { Address } from '../config/address';
import { expandedAll } from '../config/expand';
import type { Expanded } from '../config/expand';
import type { Catalog } from '../config/catalog';
import { holdfastFile } from '../config/holdfast';
import { LogLevel } from '../config/log-level';
import { secretAt } from '../config/secret';
import { temporalConfig } from '../config/temporal';
import { enabledIn } from '../config/upstreams';
import type { Upstreams } from '../config/upstreams';
import { variablesIn } from '../config/variables';
import { Drain, Queue } from '../config/worker';
import { WEBHOOKS_QUEUE } from '../workflows/contract';
import { secretIn, webhookSecrets } from './secrets';
import { sourcesOf } from './sources';

/** The limits of the callbacks' queue, unless the file sets others. Every worker polls it. */
const WEBHOOKS = Queue.parse({});

const Environment = z.object({
  HOLDFAST_CONFIG: z.string().optional(),
  HOLDFAST_MCP_SERVERS: z.string().optional(),
  /** Overrides `drain`. */
  HOLDFAST_DRAIN: z.coerce.number('must be seconds').pipe(Drain).optional(),
  HOLDFAST_DATA_DIR: z.string().default(join(tmpdir(), 'holdfast')),
  /** The folder where workers keep the code of running jobs. With it each job stays on the code that began it. */
  HOLDFAST_CODE_DIR: z.string().min(1).optional(),
  /** A file that is touched every second while this process takes work. */
  HOLDFAST_ALIVE_FILE: z.string().min(1).optional(),
  /** In place of `repository.local_paths`, where the file has none: folders separated as in PATH. */
  HOLDFAST_GIT_LOCAL_PATHS: z.string().optional(),
  /** A folder of documents besides those of `sources.folders`; ignored when it does not exist. */
  HOLDFAST_DOCUMENTS: z.string().optional(),
  HOLDFAST_LOG_LEVEL: LogLevel.optional(),
  /** Where Prometheus reads metrics; absent: nowhere. */
  HOLDFAST_METRICS: Address,
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
  /** The least that is logged; absent: info. */
  readonly logLevel?: LogLevel | undefined;
  /** Where metrics are served; absent: nowhere. */
  readonly metrics?: Address | undefined;
  readonly activities: Omit<ActivitiesConfig, 'upstreams'>;
  /**
   * What exists without us and is durable here, as far as this process can reach it: neither disabled, nor on a queue that it does not
   * poll. Its variables have their values; where one is not set, that is said in its place.
   */
  readonly upstreams: Expanded;
  /** All upstreams that are not disabled, as they are written: workflows of other people may call their tools. */
  readonly callable: Upstreams;
  /** Workflows that exist, as tools. */
  readonly catalog: Catalog;
  /** Paths of the files that all of this was read from, those of secrets included. */
  readonly files: readonly string[];
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
  const set = variablesIn(Environment, env);
  const { worker, upstreams, catalog, files, named } = holdfastFile(env);
  const callable = enabledIn(upstreams);
  return {
    temporal: temporalConfig(env),
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
    logLevel: set.HOLDFAST_LOG_LEVEL,
    metrics: set.HOLDFAST_METRICS,
    files: [...files, ...named.workers.flatMap((name) => (name.endsWith('_FILE') && env[name]) || [])],
    upstreams: expandedAll(
      Object.fromEntries(
        Object.entries(callable).filter(([, { queue }]) => queue === undefined || queue in worker.queues),
      ),
      env,
    ),
    callable,
    catalog,
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
        localPaths:
          worker.repository.local_paths ?? set.HOLDFAST_GIT_LOCAL_PATHS?.split(delimiter).filter(Boolean) ?? [],
        maxBytes: worker.repository.max_bytes,
        allow: worker.repository.allow,
      },
      webhooks: {
        allowedHosts: worker.webhooks.allowed_hosts,
        secrets:
          worker.webhooks.allowed_hosts.length === 0
            ? []
            : webhookSecrets(secretAt(env, 'HOLDFAST_WEBHOOK_SECRET'), secretAt(env, 'HOLDFAST_WEBHOOK_SECRET_OLD')),
      },
    },
  };
}
