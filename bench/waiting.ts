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
  const empty = await gateway.usage();
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
  const waited = jobs - ended;
  await gateway.stop();
  await Promise.all(calls);
  return [
    { what: 'gateway RSS with no job waited on, MB', value: empty.rssMb.toFixed(0) },
    { what: `gateway RSS with ${waited} jobs waited on, MB`, value: after.rssMb.toFixed(0) },
    {
      what: `gateway CPU with ${waited} jobs waited on, % of a core`,
      value: ((after.cpuUs - before.cpuUs) / WATCH_MS / 10).toFixed(0),
    },
  ];
}
