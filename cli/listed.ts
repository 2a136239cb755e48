/** The tools of upstreams as the model will see them, for `holdfast check`. */
import { isOffered, settingsOf } from '../config/patterns';
import { CLIENT_PREFIX, namesOfAll, prefixOf } from '../config/tool-names';
import type { Upstreams } from '../config/upstreams';

/** What an upstream offers, or why it could not be asked. */
export type Offered = { readonly tools: readonly string[] } | { readonly why: string };

/** Longest name that models' APIs take. */
const API_MAX = 64;

/**
 * A line for each tool that is offered: its listed name, its length with the client's prefix, what it is called there, and the limits
 * that the configuration gives it.
 *
 * @param offered - by upstream: what it was found to offer
 * @param taken - names of authored tools and of handle tools
 */
export function listed(
  upstreams: Upstreams,
  offered: ReadonlyMap<string, Offered>,
  taken: ReadonlySet<string>,
): string[] {
  const reached = Object.entries(upstreams).flatMap(([upstream, settings]) => {
    const found = offered.get(upstream);
    if (!found || settings.disabled) return [];
    const prefix = prefixOf(upstream, settings.prefix);
    const tools = 'tools' in found ? found.tools : [];
    const kept = tools.filter((original) =>
      isOffered(settings, { upstream, original, listed: `${prefix}${original}` }),
    );
    return [
      { upstream, settings, prefix, tools: kept, all: tools.length, why: 'why' in found ? found.why : undefined },
    ];
  });
  const limitsOf = (upstream: string, original: string, name: string) =>
    settingsOf(upstreams[upstream]?.tools ?? {}, { upstream, original, listed: name });
  const names = namesOfAll(
    reached.map(({ upstream, prefix, tools }) => ({
      upstream,
      prefix,
      tools,
      renamed: new Map(
        tools.flatMap((original) => {
          const { name } = limitsOf(upstream, original, `${prefix}${original}`);
          return name === undefined ? [] : [[original, name] as const];
        }),
      ),
    })),
    taken,
  );
  return reached.flatMap(({ upstream, settings, tools, all, why }) => [
    why === undefined ? `${upstream}: ${tools.length} of ${all} tools` : `${upstream}: could not be asked. ${why}`,
    ...tools.map((original) => {
      const name = names.get(upstream)?.get(original) ?? original;
      const length = CLIENT_PREFIX.length + name.length;
      const { name: _name, title, description, ...limits } = limitsOf(upstream, original, name);
      const policy = Object.entries({ ...settings.policy, ...limits }).map(([key, value]) => `${key} ${String(value)}`);
      return [
        `  ${name}`,
        `${length} characters${length > API_MAX ? `, more than the ${API_MAX} that models take` : ''}`,
        ...(name.endsWith(original) ? [] : [`there ${original}`]),
        ...policy,
      ].join('  ');
    }),
  ]);
}
