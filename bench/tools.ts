/** What tools/list and tools/call cost the gateway with 10, 100 and 500 tools. */
import { modern } from './client';
import { load } from './load';
import type { Row } from './overhead';
import type { BenchStack } from './stack';

const COUNTS = [10, 100, 500];

/** Measures `calls` calls of each method for each number of tools. */
export async function toolCosts(stack: BenchStack, calls: number): Promise<Row[]> {
  const worker = await stack.worker();
  const rows: Row[] = [];
  for (const count of COUNTS) {
    const gateway = await stack.gateway(count);
    for (const [method, params] of [
      ['tools/list', {}],
      ['tools/call', { name: 'echo', arguments: { text: 'x' } }],
    ] as const) {
      const call = (): Promise<unknown> => modern(gateway.url, method, params);
      await load(20, 5, call); // warm
      const before = await gateway.usage();
      const { p50 } = await load(calls, 5, call);
      const after = await gateway.usage();
      rows.push({
        what: `${method} with ${count} tools: gateway CPU µs per request, p50 ms`,
        value: `${((after.cpuUs - before.cpuUs) / calls).toFixed(0)}, ${p50.toFixed(1)}`,
        ...(method === 'tools/call' && { aim: 'flat' }),
      });
    }
    await gateway.stop();
  }
  worker.kill('SIGKILL');
  return rows;
}
