/** `holdfast upstreams`: how each upstream is, what its workers listed, and what is held back until an operator has seen it. */
import { isDeepStrictEqual } from 'node:util';
import type { TemporalConfig } from '../config/temporal';
import type { Upstreams } from '../config/upstreams';
import { createStore } from '../gateway/jobs/connection';
import type { Kept } from '../gateway/jobs/kept';
import { createListings } from '../gateway/jobs/listings';
import type { Listings } from '../gateway/jobs/listings';
import { excerpt } from '../workflows/excerpt';
import type { Given, Listing, ListingRun } from '../workflows/upstream-contract';
import type { Say } from './say';

/** How much of a value a difference shows, characters. */
const VALUE_MAX = 300;

export interface UpstreamsOptions {
  /** The one to look at; undefined: all. */
  readonly name: string | undefined;
  /** Whether what is held back of it is to count from now on. */
  readonly accept: boolean;
}

/**
 * Says how they are.
 *
 * @returns 0 when all are connected, and what was to be accepted is; 1 when not
 * @throws Problem `unavailable` when Temporal does not answer
 */
export async function upstreams(
  temporal: TemporalConfig,
  configured: Upstreams,
  { name, accept }: UpstreamsOptions,
  say: Say,
): Promise<number> {
  const names = name === undefined ? Object.keys(configured) : [name];
  if (names.length === 0) say('The configuration has no upstreams: docs/upstreams.md tells how to add one.');
  const store = createStore(temporal);
  const listings = createListings(store);
  try {
    const all = await Promise.all(names.map((each) => tell(each, listings, say)));
    if (!accept || name === undefined) return all.every(({ well }) => well) ? 0 : 1;
    const digest = all[0]?.held;
    if (digest === undefined) {
      say(`Nothing of ${name} is held back.`);
      return 1;
    }
    await listings.accept(name, digest);
    say(`Accepted: these changes of ${name} count from now on.`);
    return 0;
  } finally {
    await store.close();
  }
}

/** Says how one is. `held`: digest of what is held back. */
async function tell(
  name: string,
  listings: Listings,
  say: Say,
): Promise<{ readonly well: boolean; readonly held?: string }> {
  const kept = await listings.look(name);
  const line = kept && lineOf(name, kept);
  if (!kept || line === undefined) {
    say(`✗ ${name}  not listed yet: is a gateway up that has it in its configuration, and a worker?`);
    return { well: false };
  }
  const { known, held } = await listings.begun(name, kept.run);
  say(line);
  for (const left of known?.left ?? []) say(`    left out: ${left}`);
  if (known && held) for (const difference of differences(known, held)) say(`    ${difference}`);
  return { well: kept.state?.state === 'connected', ...(held && { held: held.digest }) };
}

function lineOf(name: string, { state }: Kept): string | undefined {
  if (!state) return undefined;
  const { since, why = '', tools, held } = state;
  if (state.state === 'failed')
    return `✗ ${name}  failed since ${since}: ${why} Callers are offered the ${tools} tools that it had.`;
  if (!held) return `✓ ${name}  connected since ${since}, ${tools} tools`;
  return `! ${name}  connected since ${since}, ${tools} tools; changes are held back: holdfast upstreams ${name} --accept lets them count`;
}

/** What is different, a line each. */
function differences(known: Listing, held: NonNullable<ListingRun['held']>): string[] {
  const [before, after] = [known, held].map(({ tools }) => new Map(tools.map((tool) => [tool.name, tool.definition])));
  const names = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])];
  return names.flatMap((name) => {
    const [old, now] = [before?.get(name), after?.get(name)];
    if (!old) return [`+ ${name}: ${shown(now?.['description'])}`];
    if (!now) return [`- ${name}`];
    return changed(old, now).map((member) => `~ ${name}.${member}: ${shown(old[member])} → ${shown(now[member])}`);
  });
}

const changed = (old: Given, now: Given): string[] =>
  [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (member) => !isDeepStrictEqual(old[member], now[member]),
  );

const shown = (value: unknown): string => (value === undefined ? 'nothing' : excerpt(JSON.stringify(value), VALUE_MAX));
