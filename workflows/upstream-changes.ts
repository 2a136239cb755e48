/** What is different between two listings, by the names of their tools. */
import type { Changes, Listing } from './upstream-contract';

const digests = ({ tools }: Listing) => new Map(tools.map(({ name, digest }) => [name, digest]));

export function changesBetween(known: Listing, listed: Listing): Changes {
  const before = digests(known);
  const after = digests(listed);
  const names = [...after.keys()];
  return {
    added: names.filter((name) => !before.has(name)),
    changed: names.filter((name) => before.has(name) && before.get(name) !== after.get(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
  };
}
