/** The whole stack on one machine: Temporal, workers, gateways; each kept alive, all of them written down in dev.json. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DevConfig } from '../config';
import type { Say } from '../engine/find';
import { freePort, isFree } from '../engine/ports';
import { startChild } from './child';
import type { Child } from './child';
import { keep } from './keep';
import type { Kept } from './keep';
import { claim, removeRecord, writeRecord } from './record';
import type { StackRecord } from './record';
import { temporalFor } from './temporal';
import type { StackTemporal } from './temporal';

export interface Stack {
  readonly temporal: StackTemporal;
  readonly gateways: readonly Kept<Child>[];
  readonly workers: readonly Kept<Child>[];
  /** Stops gateways, then workers, then Temporal. */
  readonly stop: () => Promise<void>;
}

/** How many processes of each kind. */
export interface StackSize {
  readonly gateways: number;
  readonly workers: number;
}

/**
 * Starts the stack; resolves when all of it is ready.
 *
 * @throws Error with one sentence that says what is in the way and what to do
 */
export async function startStack(config: DevConfig, size: StackSize, say: Say): Promise<Stack> {
  const { dataDir } = config;
  mkdirSync(dataDir, { recursive: true });
  const left = claim(dataDir);
  try {
    return await startAll(config, size, left, say);
  } catch (error) {
    removeRecord(dataDir);
    throw error;
  }
}

async function startAll(config: DevConfig, size: StackSize, left: StackRecord | undefined, say: Say): Promise<Stack> {
  const { dataDir } = config;
  const ports = await gatewayPorts(config.port, size.gateways);
  let onReplaced = (): void => undefined; // until all of it runs there is nothing to write down
  const onChange = (line: string): void => {
    say(line);
    onReplaced();
  };
  const temporal = await temporalFor(config, left, say, onChange);
  const env = environmentOf(config, temporal);
  const [workers, gateways] = await Promise.allSettled([
    all(size.workers, (n) => keep(`Worker ${n}`, () => startChild('worker', n, env.worker, dataDir), onChange)),
    all(size.gateways, (n) =>
      keep(
        `Gateway ${n}`,
        () => startChild('gateway', n, { ...env.gateway, HOLDFAST_PORT: String(ports[n - 1]) }, dataDir),
        onChange,
      ),
    ),
  ]);
  if (workers.status === 'rejected' || gateways.status === 'rejected') {
    await Promise.all(
      [workers, gateways].flatMap((kept) => (kept.status === 'fulfilled' ? kept.value : [])).map((kept) => kept.stop()),
    );
    await temporal.stop();
    throw workers.status === 'rejected' ? workers.reason : (gateways as PromiseRejectedResult).reason;
  }
  const stack: Stack = {
    temporal,
    workers: workers.value,
    gateways: gateways.value,
    async stop() {
      await Promise.all(gateways.value.map((gateway) => gateway.stop()));
      await Promise.all(workers.value.map((worker) => worker.stop()));
      await temporal.stop();
      removeRecord(dataDir);
    },
  };
  onReplaced = () => writeRecord(dataDir, recordOf(stack));
  onReplaced();
  return stack;
}

/** The port for each gateway: the one asked for, and the next free ones. */
async function gatewayPorts(first: number, count: number): Promise<number[]> {
  if (first !== 0 && !(await isFree(first))) {
    throw new Error(
      `Port ${first} is taken by another program. Set HOLDFAST_PORT (or gateway.port) to a free port, or to 0 for any.`,
    );
  }
  const ports: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const last = ports.at(-1);
    ports.push(await freePort(last === undefined ? first : last + 1));
  }
  return ports;
}

function environmentOf(
  { dataDir, workDir, configFile, temporal: { namespace } }: DevConfig,
  { address, ui }: StackTemporal,
) {
  const both = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    HOLDFAST_DATA_DIR: dataDir,
    ...(configFile !== undefined && { HOLDFAST_CONFIG: configFile }),
  };
  return {
    worker: { ...both, HOLDFAST_GIT_LOCAL_PATHS: workDir, HOLDFAST_DOCUMENTS: join(workDir, 'docs') },
    gateway: {
      ...both,
      HOLDFAST_HOST: '127.0.0.1',
      HOLDFAST_SECRET_FILE: secretFile(dataDir),
      ...(ui !== undefined && { HOLDFAST_TEMPORAL_UI: ui }),
    },
  };
}

/** Keeps the secret with the jobs whose ids depend on it. */
function secretFile(dataDir: string): string {
  const path = join(dataDir, 'secret');
  if (!existsSync(path)) writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  return path;
}

function recordOf({ temporal, gateways, workers }: Stack) {
  return {
    supervisor: process.pid,
    temporal: { address: temporal.address, ui: temporal.ui, pid: temporal.pid() },
    gateways: gateways.map((gateway) => ({ url: gateway.now().url, pid: gateway.now().pid })),
    workers: workers.map((worker) => ({ pid: worker.now().pid })),
  };
}

/** Makes `count` of something, numbered from 1, at the same time; if one fails, none is left. */
async function all<R extends Child>(count: number, make: (n: number) => Promise<Kept<R>>): Promise<Kept<R>[]> {
  const made = await Promise.allSettled(Array.from({ length: count }, (_, n) => make(n + 1)));
  const failed = made.find((one) => one.status === 'rejected');
  const kept = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (!failed) return kept;
  await Promise.all(kept.map((one) => one.stop()));
  throw failed.reason;
}
