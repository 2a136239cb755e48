/** How long a job stands still when its worker is killed in mid-step. */
import { newLedger } from '../test/fixtures/ledger';
import { modern } from './client';
import { median } from './load';
import type { Row } from './overhead';
import type { BenchStack } from './stack';

/** Kills a worker `times` times, each under a job of its own, and starts another at once. */
export async function recovery(stack: BenchStack, times: number): Promise<Row[]> {
  const gateway = await stack.gateway();
  const [again, after]: [number[], number[]] = [[], []];
  let worker = await stack.worker();
  for (let n = 0; n < times; n += 1) {
    const ledger = newLedger();
    const call = modern(gateway.url, 'tools/call', {
      name: 'stroll',
      arguments: { ledger: ledger.path, steps: ['one', 'gated', 'last'] },
    });
    await ledger.written('begin gated');
    worker.kill('SIGKILL');
    const killedAt = performance.now();
    worker = await stack.worker();
    await ledger.written('begin gated', 2);
    again.push((performance.now() - killedAt) / 1000);
    ledger.open('gated');
    await ledger.written('end gated');
    const endedAt = performance.now();
    await ledger.written('begin last');
    after.push((performance.now() - endedAt) / 1000);
    await call;
  }
  worker.kill('SIGKILL');
  await gateway.stop();
  return [
    { what: 'worker SIGKILL to the next start of its step, s (median, worst)', value: spread(again), aim: '≤ 8' },
    { what: 'end of that step to the start of the next one, s (median, worst)', value: spread(after), aim: '≤ 3' },
  ];
}

const spread = (seconds: readonly number[]): string =>
  `${median(seconds).toFixed(1)}, ${Math.max(...seconds).toFixed(1)}`;
