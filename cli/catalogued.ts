/** The catalogue of a file as gateways take it, and as models will see it, for `holdfast check`. */
import type { Catalog, CatalogSettings } from '../config/catalog';
import { problemsAt } from '../config/file';
import type { Problem } from '../config/file';
import { CLIENT_PREFIX, NAME_MAX } from '../config/tool-names';
import type { Written } from '../config/written';
import { catalogMistakes } from '../gateway/catalog';
import { authoredTools } from '../gateway/tools';
import { tools } from '../workflows/tools';

/** What no gateway would start with. `file`: where the catalogue stands. */
export const mistakesIn = (catalog: Catalog, file: Pick<Written, 'path' | 'placeOf'>): Problem[] =>
  problemsAt(
    catalogMistakes(authoredTools(tools), catalog).map(({ name, sentence }) => {
      const setting = ['catalog', name];
      return { setting, at: setting, message: sentence };
    }),
    file,
  );

/** A line for each tool: its name, its length with the client's prefix, what a call does, and its limits. */
export function catalogLines(catalog: Catalog): string[] {
  const entries = Object.entries(catalog);
  if (entries.length === 0) return [];
  return [
    `Catalogue: ${entries.length}.`,
    ...entries.map(([name, entry]) => {
      const length = CLIENT_PREFIX.length + name.length;
      const limits = Object.entries(entry.policy).flatMap(([limit, value]) =>
        value === undefined ? [] : [`${limit} ${String(value)}`],
      );
      return [
        `  ${name}`,
        `${length} characters${name.length > NAME_MAX ? ', more than the 64 that models take' : ''}`,
        doingOf(entry),
        ...limits,
      ].join('  ');
    }),
  ];
}

function doingOf(entry: CatalogSettings): string {
  const where = entry.namespace === undefined ? '' : ` in namespace ${entry.namespace}`;
  return entry.does === 'start'
    ? `starts ${entry.workflow} on ${entry.queue}${where}`
    : `${entry.does} ${entry.name} of ${entry.workflows.join(' or ')}${where}`;
}
