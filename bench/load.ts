/** Load, bounded in count: so many calls, so many at a time. */

/** The tool and the task that the floor answers without Temporal. */
export const CONSTANT = 'constant';

export interface Load {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
}

/** Makes `count` calls, `atOnce` at a time. */
export async function load(count: number, atOnce: number, call: (n: number) => Promise<unknown>): Promise<Load> {
  const times: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    while (next < count) {
      const n = next++;
      const from = performance.now();
      await call(n);
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return {
    perSecond: count / ((performance.now() - startedAt) / 1000),
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
  };
}

/** The `q` quantile of `values`. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

/** The median of `values`. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);
