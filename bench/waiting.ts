/** What waiting costs: memory and CPU of a gateway with many open calls on jobs that do not end. */
import { newLedger } from '../test/fixtures/ledger';
import { modern } from '../test/fixtures/raw';
import type { Row } from './overhead';
import type { BenchStack } from './stack';

const WATCH_MS = 10_000;

/** Opens `jobs` calls and measures while they wait. */
export async function waiting(stack: BenchStack, jobs: number): Promise<Row[]> {
  const gateway = await stack.gateway();
  const { path } = newLedger();
  await modern(gateway.url, 'tools/list');
  const empty = await gateway.memory();
  let ended = 0;
  const end = (): void => void (ended += 1);
  // No worker runs: the jobs wait for one, which is as good as any other reason.
  const calls = Array.from({ length: jobs }, () =>
    modern(gateway.url, 'tools/call', { name: 'stroll', arguments: { ledger: path, steps: ['gated'] } }).then(end, end),
  );
  await new Promise((resolve) => setTimeout(resolve, WATCH_MS + jobs * 20));
  const before = await gateway.usage();
  await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  const after = await gateway.usage();
  const full = await gateway.memory();
  const waited = jobs - ended;
  await gateway.stop();
  await Promise.all(calls);
  return [
    { what: 'gateway RSS with no job waited on, MB', value: empty.toFixed(0) },
    {
      what: `the same with ${waited} jobs waited on: more, MB`,
      value: (full - empty).toFixed(0),
      aim: '≤ 40 for 1,000',
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
