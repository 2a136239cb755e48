/** The tools as a gateway with the same configuration offers them, for whoever asks without one. */
import type { Catalog } from '../config/catalog';
import { withCatalog } from '../gateway/catalog';
import { authoredTools } from '../gateway/tools';
import type { Tool } from '../gateway/tools';
import type { ToolDefinition } from '../workflows/define-tool';

export interface Menu {
  /** By name: those that are authored, and those of the catalogue. */
  readonly tools: ReadonlyMap<string, Tool>;
  /** Goes on with another catalogue. @throws BadSetting, and changes nothing, when something is wrong with an entry */
  replace(catalog: Catalog): void;
}

/** @throws BadSetting that says what is wrong with an entry of the catalogue */
export function createMenu(tools: readonly ToolDefinition[], begun: Catalog, namespace: string): Menu {
  const authored = authoredTools(tools);
  const own = new Map(withCatalog(authored, begun, namespace));
  return {
    tools: own,
    replace(catalog) {
      const next = withCatalog(authored, catalog, namespace);
      own.clear();
      for (const [name, tool] of next) own.set(name, tool);
    },
  };
}
