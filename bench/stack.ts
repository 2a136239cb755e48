/** What every measurement needs: a Temporal, a worker process and a gateway process of its own. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { devConfig } from '../cli/config';
import { findTemporalCli } from '../cli/engine/find';
import { freePort } from '../cli/engine/ports';
import { startTemporal } from '../cli/engine/server';
import { bundleOf } from '../test/fixtures/bundle';
import type { Order } from './floor-main';

const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));

export interface Usage {
  /** Microseconds of CPU since the process began. */
  readonly cpuUs: number;
  /** Calls of Temporal since the process began. */
  readonly rpcs: number;
}

/** After a collection of garbage. The collection costs CPU: measure that before, or after. */
export interface Memory {
  /** Resident, MB. */
  readonly rss: number;
  /** What lives on V8's heap, MB. */
  readonly heap: number;
}

export interface BenchGateway {
  readonly url: string;
  readonly usage: () => Promise<Usage>;
  readonly memory: () => Promise<Memory>;
  readonly stop: () => Promise<void>;
}

/** The least that a request can cost: see floor-main.ts. */
export interface Floor {
  /** Its MCP endpoint. */
  readonly url: string;
  /** Microseconds of CPU since the process began. */
  readonly cpuUs: () => Promise<number>;
  readonly memory: () => Promise<Memory>;
  /** Has the bare client do something, and tells the microseconds of CPU that each time took. */
  readonly bare: (order: Order) => Promise<number>;
  readonly stop: () => Promise<void>;
}

export interface BenchStack {
  readonly address: string;
  /** Billable actions so far, as Temporal counts them. */
  readonly actions: () => Promise<number>;
  /** `config`: the text of its holdfast.yaml. */
  readonly worker: (config?: string) => Promise<ChildProcess>;
  /** What a worker's process needs. */
  readonly memoryOf: (worker: ChildProcess) => Promise<Memory>;
  readonly gateway: (tools?: number, config?: string) => Promise<BenchGateway>;
  /** `tools`: what its `tools/list` answers. */
  readonly floor: (tools: unknown) => Promise<Floor>;
  /** Ends all that was started on it. */
  readonly stop: () => Promise<void>;
}

/** The server adds to its metrics once a second, and later where the machine is busy: two looks in a row have to agree. */
const FLUSHED_MS = 2_500;

/** Starts a Temporal with tuned or stock settings. `settings`: environment of its gateways and workers. */
export async function benchStack(tuned: boolean, settings: Record<string, string> = {}): Promise<BenchStack> {
  const bundle = await bundleOf(join(__dirname, '..', 'test', 'fixtures', 'workflows'));
  const cli = await findTemporalCli(devConfig(process.env).engine, () => undefined);
  const metricsPort = await freePort();
  const temporal = await startTemporal({ cli, dataDir: mkdtempSync(join(scratch, 'temporal-')), tuned, metricsPort });
  const env = {
    TEMPORAL_ADDRESS: temporal.address,
    HOLDFAST_TEST_BUNDLE: bundle,
    HOLDFAST_PORT: '0',
    HOLDFAST_PATIENCE: '240',
    HOLDFAST_SECRET: 'a secret for the bench, 32 characters or more',
    ...settings,
  };
  const children = new Set<ChildProcess>();
  const start = async (main: string, more: Record<string, string> = {}): Promise<[ChildProcess, { url?: string }]> => {
    const child = fork(main, [], { env: { ...process.env, ...env, ...more }, execArgv: ['--expose-gc'] });
    children.add(child);
    const [message] = (await once(child, 'message')) as [{ url?: string }];
    return [child, message];
  };
  return {
    address: temporal.address,
    async actions() {
      for (let before = -1; ;) {
        await pause(FLUSHED_MS);
        const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
        const counts = metrics.matchAll(/^action(?:_total)?\{[^}]*\bnamespace="default"[^}]*\} (\S+)$/gm);
        const now = [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
        if (now === before) return now;
        before = now;
      }
    },
    worker: async (config) =>
      (await start(join(__dirname, '..', 'test', 'fixtures', 'worker-main.js'), configured(config)))[0],
    async memoryOf(worker) {
      const answer = once(worker, 'message') as Promise<[Told]>;
      worker.send('memory');
      return memoryOf((await answer)[0]);
    },
    async gateway(tools = 10, config?: string) {
      const [child, { url = '' }] = await start(join(__dirname, 'gateway-main.js'), {
        BENCH_TOOLS: String(tools),
        MALLOC_ARENA_MAX: '1', // as npm start and the image have it
        ...configured(config),
      });
      const ask = async (what: 'usage' | 'memory'): Promise<Told & { readonly rpcs: number }> => {
        const answer = once(child, 'message') as Promise<[Told & { readonly rpcs: number }]>;
        child.send(what);
        return (await answer)[0];
      };
      return {
        url,
        async usage() {
          const { cpu, rpcs } = await ask('usage');
          return { cpuUs: cpu.user + cpu.system, rpcs };
        },
        memory: async () => memoryOf(await ask('memory')),
        async stop() {
          child.kill('SIGKILL');
          await once(child, 'exit');
          children.delete(child);
        },
      };
    },
    async floor(tools) {
      const list = join(scratch, 'tools.json');
      writeFileSync(list, JSON.stringify(tools));
      const [child, { url = '' }] = await start(join(__dirname, 'floor-main.js'), {
        BENCH_LIST: list,
        MALLOC_ARENA_MAX: '1',
      });
      const ask = async (order: Order | 'usage' | 'memory'): Promise<Told> => {
        const answer = once(child, 'message') as Promise<[Told]>;
        child.send(order);
        return (await answer)[0];
      };
      const cpuUs = async (order: Order | 'usage'): Promise<number> => {
        const { cpu } = await ask(order);
        return cpu.user + cpu.system;
      };
      return {
        url,
        cpuUs: () => cpuUs('usage'),
        memory: async () => memoryOf(await ask('memory')),
        bare: async (order) => (await cpuUs(order)) / order.count,
        async stop() {
          child.kill('SIGKILL');
          await once(child, 'exit');
          children.delete(child);
        },
      };
    },
    async stop() {
      for (const child of children) child.kill('SIGKILL');
      await temporal.stop();
    },
  };
}

/** What a gateway or a floor tells of its process. */
interface Told {
  readonly cpu: NodeJS.CpuUsage;
  readonly memory: NodeJS.MemoryUsage;
}

const memoryOf = ({ memory: { rss, heapUsed } }: Told): Memory => ({ rss: rss / 2 ** 20, heap: heapUsed / 2 ** 20 });

let configs = 0;

function configured(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  const path = join(scratch, `${(configs += 1)}.yaml`);
  writeFileSync(path, text);
  return { HOLDFAST_CONFIG: path };
}
