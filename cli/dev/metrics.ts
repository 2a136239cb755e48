/** Where the processes of a stack serve their metrics: they cannot share the one port that is set. */
import { textOf } from '../../config/address';
import type { Address } from '../../config/address';
import { isFree } from '../engine/ports';
import type { Say } from '../say';
import type { Ports } from './ports';

/**
 * An address for each process, by its name: the one that is set, and the next ports after it; for port 0 any free ones, which stay the
 * same from start to start. A process whose port another program has gets none.
 *
 * @param say - told of such a one
 */
export async function metricsOf(
  first: Address | undefined,
  names: readonly string[],
  ports: Ports,
  say: Say,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (!first) return found;
  for (const [n, name] of names.entries()) {
    const port = first.port === 0 ? await ports.of(`Metrics of ${name}`, 0) : first.port + n;
    if (first.port === 0 || (await isFree(port))) found.set(name, textOf({ ...first, port }));
    else
      say(
        `Port ${port} is taken by another program: ${name} serves no metrics. Set HOLDFAST_METRICS to others, or to 0 for any.`,
      );
  }
  return found;
}
