/** What is different between two listings, by the names of their tools. */
import type { Changes, Listing } from './upstream-contract';

export function changesBetween(known: Listing, listed: Listing): Changes {
  const [before, after] = [known, listed].map(({ tools }) => new Map(tools.map(({ name, digest }) => [name, digest])));
  const names = (of: ReadonlyMap<string, string> = new Map(), where: (name: string) => boolean): string[] =>
    [...of.keys()].filter(where);
  return {
    added: names(after, (name) => before?.has(name) !== true),
    changed: names(after, (name) => before?.has(name) === true && before.get(name) !== after?.get(name)),
    removed: names(before, (name) => after?.has(name) !== true),
  };
}
