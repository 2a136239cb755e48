/**
 * The tools of upstreams for workflows of other people: what their listings in Temporal say at that moment, which gateways with the same
 * configuration offer.
 */
import { Client, Connection } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { TemporalConfig } from '../config/temporal';
import type { Upstreams } from '../config/upstreams';
import { createKept } from '../gateway/jobs/kept';
import type { KeptListings } from '../gateway/jobs/kept';
import type { Tool } from '../gateway/tools';
import { createNamed } from '../gateway/upstreams/named';
import type { Known } from '../gateway/upstreams/named';
import type { Listing } from '../workflows/upstream-contract';
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

/** @param taken - names that belong to other tools */
export function createCallable(
  begun: Upstreams,
  listings: KeptListings,
  taken: Pick<ReadonlySet<string>, 'has'>,
): Callable {
  const named = createNamed(taken);
  const read = new Map<string, { readonly run: string; readonly listing: Listing | undefined }>();
  let upstreams = begun;

  /** What an upstream offers. A run of a listing offers the same all its life, so each is read once. */
  async function knownOf(name: string): Promise<Known> {
    const settings = upstreams[name] as Known['settings'];
    const kept = await listings.look(name);
    if (!kept) return { name, settings, listing: undefined, state: undefined };
    const before = read.get(name);
    const listing = before?.run === kept.run ? before.listing : (await listings.begun(name, kept.run)).known;
    read.set(name, { run: kept.run, listing });
    return { name, settings, listing, state: kept.state };
  }

  return {
    replace: (next) => (upstreams = next),
    async tools() {
      const all = await Promise.all(Object.keys(upstreams).map(knownOf));
      return {
        known: new Map(named(all).map((tool) => [tool.name, tool])),
        unknown: all.filter(({ listing }) => !listing).map(({ name }) => name),
      };
    },
  };
}
