/** A deployment, seen from its Temporal, wherever that is: the namespace, the workers, the queues, and the jobs that are stuck. */
import { addressOf } from '../../config/temporal';
import type { TemporalConfig } from '../../config/temporal';
import { conditionOf } from '../../gateway/jobs/condition';
import { createStore } from '../../gateway/jobs/connection';
import type { Finding } from './finding';
import { queuesOf } from './queues';
import { stuckJobs } from './stuck';
import { upstreamsOf } from './upstreams';
import { workersOf } from './workers';

/**
 * Looks at a deployment.
 *
 * @param queues - names of the queues that have a limit of their own
 * @param upstreams - names of the upstreams that are to be connected
 */
export async function deployment(
  temporal: TemporalConfig,
  queues: readonly string[],
  upstreams: readonly string[],
): Promise<Finding[]> {
  const store = createStore(temporal);
  const address = addressOf(temporal);
  try {
    const { trouble } = await conditionOf({ ...store, address }, false);
    if (trouble !== undefined) return [{ is: 'ill', what: trouble }];
    const well: Finding = {
      is: 'well',
      what: `Temporal at ${address} serves namespace ${store.namespace}, its store and the search attributes`,
    };
    const parts = [
      () => workersOf(store),
      () => queuesOf(store, queues),
      () => stuckJobs(store),
      () => upstreamsOf(store, upstreams),
    ];
    const found = await Promise.all(parts.map((part) => part().catch(unknown)));
    return [well, ...found.flat()];
  } finally {
    await store.close();
  }
}

/** What could not be found out is told as that. */
function unknown(error: unknown): Finding[] {
  return [{ is: 'doubt', what: `Not known: ${error instanceof Error ? error.message : String(error)}` }];
}
