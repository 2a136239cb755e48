/** The records of what upstreams offer, under the names that they have beside one another. */
import { isOffered, settingsOf } from '../../config/patterns';
import { namesOfAll, prefixOf } from '../../config/tool-names';
import type { NamedTools, Names } from '../../config/tool-names';
import type { UpstreamSettings } from '../../config/upstreams';
import type { Listing, ListingState } from '../../workflows/upstream-contract';
import type { Tool } from '../tools';
import { upstreamTool } from './tools';

/** One upstream, as it is known here. */
export interface Known {
  readonly name: string;
  readonly settings: UpstreamSettings;
  readonly listing: Listing | undefined;
  readonly state: ListingState | undefined;
}

/**
 * Returns what makes the records of all upstreams. One that is what it was the last time is the same record.
 *
 * @param taken - names that belong to other tools
 */
export function createNamed(taken: Pick<ReadonlySet<string>, 'has'>): (all: readonly Known[]) => Tool[] {
  const made = new Map<string, { readonly from: string; readonly tool: Tool }>();

  function toolsOf({ name: upstream, settings, listing, state }: Known, names: Names = new Map()): Tool[] {
    const changed = new Set([...(state?.held?.changed ?? []), ...(state?.held?.removed ?? [])]);
    return (listing?.tools ?? []).flatMap((tool) => {
      const name = names.get(tool.name);
      if (name === undefined) return [];
      const withheld = changed.has(tool.name);
      const from = JSON.stringify([name, tool.digest, withheld, settings]);
      const key = JSON.stringify([upstream, tool.name]);
      const before = made.get(key);
      if (before?.from === from) return before.tool;
      const record = upstreamTool({ upstream, settings, offered: tool, name, withheld });
      made.set(key, { from, tool: record });
      return record;
    });
  }

  return (all) => {
    const names = namesOfAll(all.map(namedTools), taken);
    return all.flatMap((one) => toolsOf(one, names.get(one.name)));
  };
}

/** The names of its tools that are offered. */
function namedTools({ name, settings, listing }: Known): NamedTools {
  const prefix = prefixOf(name, settings.prefix);
  const tools = (listing?.tools ?? []).filter((tool) =>
    isOffered(settings, { upstream: name, original: tool.name, listed: `${prefix}${tool.name}` }),
  );
  const renamed = tools.flatMap((tool) => {
    const said = settingsOf(settings.tools, { upstream: name, original: tool.name, listed: `${prefix}${tool.name}` });
    return said.name === undefined ? [] : [[tool.name, said.name] as const];
  });
  return { upstream: name, prefix, tools: tools.map((tool) => tool.name), renamed: new Map(renamed) };
}
