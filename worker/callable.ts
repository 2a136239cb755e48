/**
 * The tools of upstreams for workflows of other people: what their listings in Temporal say at that moment, which gateways with the same
 * configuration offer.
 */
import { specTypeSchemas } from '@modelcontextprotocol/client';
import { Client, Connection } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { TemporalConfig } from '../config/temporal';
import type { Upstreams } from '../config/upstreams';
import { createKept } from '../gateway/jobs/kept';
import type { KeptListings } from '../gateway/jobs/kept';
import { createTaken } from '../gateway/taken';
import type { Tool } from '../gateway/tools';
import { createNamed } from '../gateway/upstreams/named';
import type { Known } from '../gateway/upstreams/named';
import { createOffers } from '../gateway/upstreams/offers';
import type { Replaceable } from './reload';

export interface Callable extends Replaceable<Upstreams> {
  /** All tools that are known, by name, and the upstreams of which nobody knows the tools yet. */
  tools(): Promise<{ readonly known: ReadonlyMap<string, Tool>; readonly unknown: readonly string[] }>;
}

/** Reads listings. It connects when it is asked. */
export function readListings({ connectionOptions, namespace }: TemporalConfig): KeptListings {
  const connection = Connection.lazy(connectionOptions);
  const client = new Client({ connection, namespace });
  const converter = client.options.loadedDataConverter;
  return createKept({
    client,
    connection,
    namespace,
    decoded: (payloads) => decodeArrayFromPayloads(converter, payloads),
  });
}

/** @param own - the tools that are no upstream's */
export function createCallable(begun: Upstreams, listings: KeptListings, own: ReadonlyMap<string, Tool>): Callable {
  const named = createNamed(createTaken(() => own));
  const offers = createOffers(listings, specTypeSchemas);
  let upstreams = begun;

  async function knownOf([name, settings]: [string, Upstreams[string]]): Promise<Known> {
    const kept = await listings.look(name);
    if (!kept) return { name, settings, listing: undefined, state: undefined };
    return { name, settings, listing: await offers.of(name, kept.run), state: kept.state };
  }

  return {
    replace: (next) => (upstreams = next),
    async tools() {
      const wanted = Object.entries(upstreams).filter(([, { disabled }]) => !disabled);
      const all = await Promise.all(wanted.map(knownOf));
      return {
        known: new Map(named(all).map((tool) => [tool.name, tool])),
        unknown: all.filter(({ listing }) => !listing).map(({ name }) => name),
      };
    },
  };
}
