/** The worker's configuration: the `worker` part of holdfast.yaml and the environment, read once, parsed once. */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { parse } from 'yaml';
import { z } from 'zod';

const GIB = 1024 ** 3;

const File = z.strictObject({
  repository: z
    .strictObject({
      /** Folders under which local repositories may be read. None until the operator lists one. */
      local_paths: z.array(z.string()).default([]),
      /** Largest clone, bytes. */
      max_bytes: z.number().int().positive().default(GIB),
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
});

export type WorkerConfig = ReturnType<typeof workerConfig>;

/**
 * Reads the configuration.
 *
 * @throws Error that names the setting and what it wants
 */
export function workerConfig(env: NodeJS.ProcessEnv) {
  const set = Environment.parse(env);
  const text = set.HOLDFAST_CONFIG === undefined ? '' : readFileSync(set.HOLDFAST_CONFIG, 'utf8');
  const parsed = z
    .strictObject({ gateway: z.unknown().optional(), worker: File.prefault({}) })
    .safeParse(parse(text) ?? {});
  if (!parsed.success) throw new Error(`${set.HOLDFAST_CONFIG ?? ''}: ${z.prettifyError(parsed.error)}`);
  const { worker } = parsed.data;
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
      repository: {
        cacheDir: join(set.HOLDFAST_DATA_DIR, 'repositories'),
        localPaths: set.HOLDFAST_GIT_LOCAL_PATHS?.split(delimiter).filter(Boolean) ?? worker.repository.local_paths,
        maxBytes: worker.repository.max_bytes,
      },
    },
  };
}
