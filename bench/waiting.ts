/** What waiting costs: memory, RPCs and CPU of a gateway with many open calls on jobs that do not end, next to the floor. */
import { POLL_MS } from '../gateway/jobs/end';
import { newLedger } from '../test/fixtures/ledger';
import { modern } from './client';
import type { Row } from './overhead';
import type { BenchStack, Memory } from './stack';

/** After the first looks at a job, which come early, and those after the news that no worker takes it. */
const SETTLE_MS = 40_000;
/** Two long polls: what comes once in each weighs the same in every run. */
const WATCH_MS = 2 * POLL_MS;

/** Opens `jobs` calls and measures while they wait. */
export async function waiting(stack: BenchStack, jobs: number): Promise<Row[]> {
  const { path } = newLedger();
  const call = { name: 'stroll', arguments: { ledger: path, steps: ['gated'] } };
  const gateway = await stack.gateway();
  const floor = await stack.floor([]);
  // What the first calls bring, code and room for young objects, is not what a wait costs.
  await Promise.all(Array.from({ length: jobs / 5 }, () => modern(gateway.url, 'tools/call', call, ONCE_ACCEPTED)));
  const [empty, emptyFloor] = [await gateway.memory(), await floor.memory()];
  let ended = 0;
  const end = (): void => void (ended += 1);
  // No worker runs: the jobs wait for one, which is as good as any other reason.
  const open = (url: string, count: number): Promise<void>[] =>
    Array.from({ length: count }, () => modern(url, 'tools/call', call).then(end, end));
  const calls = open(gateway.url, jobs);
  await pause(SETTLE_MS + jobs * 20);
  const before = await gateway.usage();
  await pause(WATCH_MS);
  const after = await gateway.usage();
  const full = await gateway.memory();
  const waited = jobs - ended;
  await gateway.stop();

  calls.push(...open(floor.url, jobs / 5));
  await pause(5_000 + jobs * 4);
  const warmFloor = await floor.memory();
  calls.push(...open(floor.url, jobs));
  await pause(5_000 + jobs * 20);
  const fullFloor = await floor.memory();
  await floor.stop();
  await Promise.all(calls);
  const each = (from: Memory, to: Memory): string => (((to.heap - from.heap) / jobs) * 1024).toFixed(0);
  return [
    {
      what: 'gateway RSS with no job waited on, MB',
      value: empty.rss.toFixed(0),
    },
    {
      what: `the same with ${waited} jobs waited on: more, MB`,
      value: (full.rss - empty.rss).toFixed(0),
      aim: '≤ 40 for 1,000',
    },
    {
      what: `the same of the floor, SDK and bare client: ${emptyFloor.rss.toFixed(0)} MB, and more`,
      value: (fullFloor.rss - warmFloor.rss).toFixed(0),
    },
    {
      what: 'live heap for each job waited on: gateway, and floor, KB',
      value: `${each(empty, full)}, ${each(warmFloor, fullFloor)}`,
    },
    {
      what: `RPCs to Temporal with ${waited} jobs waited on, per second and job`,
      value: ((after.rpcs - before.rpcs) / (WATCH_MS / 1000) / waited).toFixed(2),
      aim: '≤ 0.2',
    },
    {
      what: `gateway CPU with ${waited} jobs waited on, % of a core`,
      value: ((after.cpuUs - before.cpuUs) / WATCH_MS / 10).toFixed(0),
    },
  ];
}

const ONCE_ACCEPTED = { 'holdfast-patience': '2' };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
