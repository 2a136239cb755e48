/** The tools as a gateway with the same configuration offers them, for whoever asks without one. */
import type { Catalog } from '../config/catalog';
import { catalogued } from '../gateway/catalog';
import { createCatalogue } from '../gateway/tools';
import type { Tool } from '../gateway/tools';
import type { ToolDefinition } from '../workflows/define-tool';

/** @throws Error that says what is wrong with an entry of the catalogue */
export function toolsIn(
  tools: readonly ToolDefinition[],
  catalog: Catalog,
  namespace: string,
): ReadonlyMap<string, Tool> {
  return createCatalogue(tools, catalogued(catalog, namespace));
}
