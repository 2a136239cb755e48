/** What a light tenant feels of a heavy one's flood, where workers are short. */
import { createHash } from 'node:crypto';
import { modern } from './client';
import { median } from './load';
import type { Row } from './overhead';
import type { BenchStack } from './stack';

const NAP_MS = 100;
const SLOTS = 2;
const LIGHT_CALLS = 20;

const keyOf = (tenant: string): string =>
  `{ sha256: ${createHash('sha256').update(tenant).digest('hex')}, tenant: ${tenant}, subject: someone }`;

/** `flood`: jobs that the heavy tenant starts at once; the fleet takes two steps at a time, of 0.1 s each. */
export async function fairness(stack: BenchStack, flood: number): Promise<Row[]> {
  const worker = await stack.worker(`worker: { queues: { narrow: { concurrent_steps: ${SLOTS} } } }`);
  const gateway = await stack.gateway(5, `gateway: { keys: [${keyOf('heavy')}, ${keyOf('light')}] }`);
  const nap = (tenant: string, patience: number) =>
    modern(
      gateway.url,
      'tools/call',
      { name: 'narrow_nap', arguments: { ms: NAP_MS } },
      { authorization: `Bearer ${tenant}`, 'holdfast-patience': String(patience) },
    );
  const light = async (): Promise<number[]> => {
    const times: number[] = [];
    for (let n = 0; n < LIGHT_CALLS; n += 1) {
      const begun = performance.now();
      await nap('light', 240);
      times.push(performance.now() - begun);
    }
    return times;
  };

  const alone = await light();
  await Promise.all(Array.from({ length: flood }, () => nap('heavy', 0)));
  const crowded = await light();
  worker.kill('SIGKILL');
  await gateway.stop();
  const ms = (times: readonly number[]): string => `${median(times).toFixed(0)} / ${Math.max(...times).toFixed(0)}`;
  return [
    { what: `a light tenant's job of ${NAP_MS} ms, alone, median / worst, ms`, value: ms(alone) },
    { what: `the same behind ${flood} jobs of a heavy tenant, median / worst, ms`, value: ms(crowded) },
    { what: 'what it would wait in one line with them, s', value: ((flood * NAP_MS) / SLOTS / 1000).toFixed(0) },
  ];
}
