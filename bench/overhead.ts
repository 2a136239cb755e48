/**
 * What the gateway adds to a job: the same workflow through it, through its floor (the SDK and a bare client in one process), and
 * started and awaited by a bare Temporal client, in turns.
 */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { modern } from './client';
import { load, median } from './load';
import type { Load } from './load';
import type { BenchStack } from './stack';

export interface Row {
  readonly what: string;
  readonly value: string;
  readonly aim?: string;
}

const CASES = [
  { name: 'no step', tool: 'echo', toolArgs: { text: 'x' }, workflow: 'echo', args: { text: 'x' } },
  {
    name: 'one step',
    tool: 'fill',
    toolArgs: { characters: 10 },
    workflow: 'singleStep',
    args: { step: 'fill', input: { characters: 10 } },
  },
] as const;

/** Calls of each way before the first round: a process that has just begun compiles its code while it runs. */
const WARM = 400;

/** Measures both cases in `rounds` rounds of `calls` calls. */
export async function overhead(stack: BenchStack, rounds: number, calls: number): Promise<Row[]> {
  const connection = await Connection.connect({ address: stack.address });
  const client = new Client({ connection });
  const worker = await stack.worker();
  const gateway = await stack.gateway();
  const floor = await stack.floor([]);
  const rows: Row[] = [];
  for (const { name, tool, toolArgs, workflow, args } of CASES) {
    const bare = async (): Promise<unknown> => {
      const handle = await client.workflow.start(workflow, {
        taskQueue: 'holdfast',
        workflowId: randomUUID(),
        args: [args],
      });
      return handle.result();
    };
    const through = async (url: string): Promise<void> => {
      const { message, text } = await modern(url, 'tools/call', { name: tool, arguments: toolArgs });
      if (!message.result || message.result['isError'] === true) throw new Error(text);
    };
    const ours = (): Promise<void> => through(gateway.url);
    const least = (): Promise<void> => through(floor.url);
    for (const way of [bare, ours, least]) await load(WARM, 20, way);
    const results: { one: [Load, Load]; many: [Load, Load, Load] }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      results.push({
        one: [await load(calls / 4, 1, bare), await load(calls / 4, 1, ours)],
        many: [await load(calls, 20, bare), await load(calls, 20, ours), await load(calls, 20, least)],
      });
    }
    const of = (pick: (result: (typeof results)[number]) => number): number => median(results.map(pick));
    const ms = (pick: (load: Load) => number, which: 0 | 1): string => of(({ one }) => pick(one[which])).toFixed(1);
    rows.push(
      {
        what: `${name}: 1 at a time, bare client, p50 / p95 ms`,
        value: `${ms(({ p50 }) => p50, 0)} / ${ms(({ p95 }) => p95, 0)}`,
      },
      {
        what: `${name}: 1 at a time, gateway, p50 / p95 ms`,
        value: `${ms(({ p50 }) => p50, 1)} / ${ms(({ p95 }) => p95, 1)}`,
      },
      { what: `${name}: added at p50, ms`, value: of(({ one: [a, b] }) => b.p50 - a.p50).toFixed(1), aim: '< 5' },
      { what: `${name}: 20 at a time, bare client, jobs/s`, value: of(({ many: [a] }) => a.perSecond).toFixed(1) },
      { what: `${name}: 20 at a time, gateway, jobs/s`, value: of(({ many: [, b] }) => b.perSecond).toFixed(1) },
      {
        what: `${name}: throughput, gateway to bare`,
        value: of(({ many: [a, b] }) => b.perSecond / a.perSecond).toFixed(2),
        aim: '≥ 0.92',
      },
      {
        what: `${name}: the same, floor to bare`,
        value: of(({ many: [a, , c] }) => c.perSecond / a.perSecond).toFixed(2),
      },
    );
  }
  worker.kill('SIGKILL');
  await gateway.stop();
  await floor.stop();
  await connection.close();
  return rows;
}
