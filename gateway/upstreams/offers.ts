/** What upstreams offer, as their listings keep it, in the form that MCP gives it. */
import type { Listing } from '../../workflows/upstream-contract';
import type { KeptListings } from '../jobs/kept';
import { understood } from './understood';
import type { Forms } from './understood';

export interface Offers {
  /**
   * What an upstream offers by a run of its listing, which is the same all its life, so that it is read once. Undefined: it was never
   * listed.
   */
  of(upstream: string, run: string): Promise<Listing | undefined>;
}

/** @param listings - whose errors are passed on */
export function createOffers(listings: Pick<KeptListings, 'begun'>, forms: Forms): Offers {
  const read = new Map<string, { readonly run: string; readonly listing: Listing | undefined }>();
  return {
    async of(upstream, run) {
      const before = read.get(upstream);
      if (before?.run === run) return before.listing;
      const { known } = await listings.begun(upstream, run);
      const listing = known && understood(known, forms);
      read.set(upstream, { run, listing });
      return listing;
    },
  };
}
