/** How the upstreams of the configuration are, as their listings say. */
import type { Store } from '../../gateway/jobs/connection';
import { createListings } from '../../gateway/jobs/listings';
import type { Finding } from './finding';

/** @param names - those that are not disabled */
export function upstreamsOf(store: Store, names: readonly string[]): Promise<Finding[]> {
  const listings = createListings(store);
  return Promise.all(
    names.map(async (name): Promise<Finding> => {
      const { state } = (await listings.look(name)) ?? {};
      const advice = `holdfast upstreams ${name} tells more.`;
      if (!state) return { is: 'doubt', what: `Upstream ${name} has not been listed yet`, advice };
      if (state.state === 'failed') return { is: 'ill', what: `Upstream ${name} failed: ${state.why ?? ''}`, advice };
      return state.held
        ? { is: 'doubt', what: `Upstream ${name}: changes are held back`, advice }
        : { is: 'well', what: `Upstream ${name}: connected, ${state.tools} tools` };
    }),
  );
}
