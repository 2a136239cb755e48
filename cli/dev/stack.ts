/** The whole stack on one machine: Temporal, workers and gateways. Each is kept alive; dev.json lists them. */
import { join, resolve } from 'node:path';
import type { DevConfig } from '../config';
import type { Say } from '../say';
import { DRAIN_S, startChild } from './child';
import type { Child } from './child';
import { holdCode } from './code';
import type { Kept } from './keep';
import { keepAll } from './keep-all';
import type { Start } from './keep-all';
import { endLeftovers } from './leftover';
import { metricsOf } from './metrics';
import { createPorts } from './ports';
import type { Ports } from './ports';
import { keepPrivate } from './private';
import { claim, removeRecord, writeRecord } from './record';
import type { StackRecord } from './record';
import { secretFile } from './secret';
import { forgetStack, noteStack } from './stacks';
import { findOrStartTemporal } from './temporal';
import type { StackTemporal } from './temporal';

export interface Stack {
  readonly temporal: StackTemporal;
  readonly gateways: readonly Kept<Child>[];
  readonly workers: readonly Kept<Child>[];
  /** Where each process serves its metrics, host:port by its name; empty where none does. */
  readonly metrics: ReadonlyMap<string, string>;
  /** Stops gateways, then workers, then Temporal. */
  readonly stop: () => Promise<void>;
}

/** How many processes of each kind there are. */
export interface StackSize {
  readonly gateways: number;
  readonly workers: number;
}

/**
 * Starts the stack. Resolves when all of it is ready.
 *
 * @param say - told what goes on, and why a process ended before it was ready
 * @throws Error with one sentence that says why it cannot start
 */
export async function startStack(config: DevConfig, size: StackSize, say: Say): Promise<Stack> {
  const { dataDir } = config;
  keepPrivate(dataDir);
  const killed = claim(dataDir);
  try {
    return await startAll(config, size, killed, say);
  } catch (error) {
    removeRecord(dataDir);
    throw error;
  }
}

/** @param killed - the record of an earlier stack whose supervisor was killed, if there was one */
async function startAll(config: DevConfig, size: StackSize, killed: StackRecord | undefined, say: Say): Promise<Stack> {
  const {
    dataDir,
    engine: { cacheDir },
  } = config;
  await endLeftovers(killed, dataDir, say);
  const ports = createPorts(dataDir, say);
  const gatewayPorts = await portsOfGateways(ports, config.port, size.gateways);
  const names = [...namesOf('Gateway', size.gateways), ...namesOf('Worker', size.workers)];
  const metrics = await metricsOf(config.metrics, names, ports, say);
  const held = config.code ? '' : holdCode(dataDir);
  const stopping = new AbortController();
  const place = {
    dataDir,
    stopping: stopping.signal,
    get code() {
      return config.code?.() ?? held;
    },
    fork: config.fork,
  };
  let onReplaced = (): void => undefined; // nothing is recorded until everything runs
  const onChange: Say = (line) => {
    say(line);
    onReplaced();
  };
  const temporal = await findOrStartTemporal(config, ports, say, onChange);
  const env = environmentOf(config, temporal);
  const start = (kind: 'gateway' | 'worker', n: number, itsEnv: Readonly<Record<string, string>>): Start<Child> => {
    const name = `${kind === 'gateway' ? 'Gateway' : 'Worker'} ${n}`;
    const all = { ...itsEnv, HOLDFAST_METRICS: metrics.get(name) ?? '' };
    return { name, start: () => startChild(kind, n, all, place, (line) => onChange(`${name} ${line}`)) };
  };
  const worker = (n: number): Start<Child> => start('worker', n, env.worker);
  const gateway = (n: number, port: number): Start<Child> =>
    start('gateway', n, { ...env.gateway, HOLDFAST_PORT: String(port) });
  const kept = await keepAll(
    [
      ...Array.from({ length: size.workers }, (_, n) => worker(n + 1)),
      ...gatewayPorts.map((port, n) => gateway(n + 1, port)),
    ],
    say,
    onChange,
  ).catch(async (error: unknown) => {
    await temporal.stop();
    throw error;
  });
  const recorded = kept.map((one): Kept<Child> => ({
    ...one,
    replace: () => one.replace().then(() => onReplaced()),
    restart: () => one.restart().then(() => onReplaced()),
  }));
  const [workers, gateways] = [recorded.slice(0, size.workers), recorded.slice(size.workers)];
  const stack: Stack = {
    temporal,
    workers,
    gateways,
    metrics,
    async stop() {
      stopping.abort();
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await Promise.all(workers.map((worker) => worker.stop()));
      await temporal.stop();
      forgetStack(cacheDir, dataDir);
      removeRecord(dataDir);
    },
  };
  onReplaced = () => writeRecord(dataDir, recordOf(stack, config), say);
  onReplaced();
  noteStack(cacheDir, dataDir);
  return stack;
}

/** A port for each gateway: `first`, and the next free ones after it. */
async function portsOfGateways(ports: Ports, first: number, count: number): Promise<number[]> {
  const chosen = [await (first === 0 ? ports.of('Gateway 1', 0) : ports.fixed('Gateway 1', first))];
  for (let n = 2; n <= count; n += 1) chosen.push(await ports.of(`Gateway ${n}`, (chosen.at(-1) ?? 0) + 1));
  return chosen;
}

const namesOf = (kind: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${kind} ${n + 1}`);

/** The environment variables of the processes. Creates the gateways' secret if there is none. */
function environmentOf(
  { dataDir, workDir, configFile, inherited, drainS = DRAIN_S, temporal: { namespace } }: DevConfig,
  { address, ui }: StackTemporal,
) {
  const both = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    ...(configFile !== undefined && { HOLDFAST_CONFIG: configFile }),
  };
  return {
    worker: {
      ...inherited.worker,
      ...both,
      HOLDFAST_DATA_DIR: dataDir,
      HOLDFAST_CODE_DIR: join(dataDir, 'code'),
      HOLDFAST_GIT_LOCAL_PATHS: workDir,
      HOLDFAST_DOCUMENTS: join(workDir, 'docs'),
      HOLDFAST_DRAIN: String(drainS),
    },
    gateway: {
      ...inherited.gateway,
      ...both,
      HOLDFAST_HOST: '127.0.0.1',
      HOLDFAST_SECRET_FILE: secretFile(dataDir),
      // With memory kept for each thread, as glibc does it, a thousand waiting calls leave some 150 MB unused.
      MALLOC_ARENA_MAX: '1',
      ...(ui !== undefined && { HOLDFAST_TEMPORAL_UI: ui }),
    },
  };
}

function recordOf({ temporal, gateways, workers }: Stack, { configFile, mcpServersFile }: DevConfig): StackRecord {
  return {
    supervisor: process.pid,
    temporal: { address: temporal.address, ui: temporal.ui, pid: temporal.pid() },
    gateways: gateways.map((gateway) => ({ url: gateway.now().url, pid: gateway.now().pid })),
    workers: workers.map((worker) => ({ pid: worker.now().pid, silent: worker.now().silent() })),
    files: {
      ...(configFile !== undefined && { config: resolve(configFile) }),
      ...(mcpServersFile !== undefined && { mcpServers: resolve(mcpServersFile) }),
    },
  };
}
