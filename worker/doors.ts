/**
 * Checks the doors of workflows/ at build time: every workflow that a tool of the menu (tools.ts) names must be in the bundle (index.ts).
 * A job whose workflow is not there would wait for ever.
 */
import * as bundled from '../workflows/index';
import { tools } from '../workflows/tools';

/** A tool of the menu. One that has only one step names no workflow. */
interface MenuEntry {
  readonly name: string;
  readonly workflow?: string;
}

/**
 * Finds the tools whose workflow is missing.
 *
 * @param exported - the exports of workflows/index.ts
 * @returns a sentence for each, which says what to add
 */
export function missingWorkflows(
  exported: Readonly<Record<string, unknown>>,
  menu: readonly MenuEntry[],
): readonly string[] {
  return menu.flatMap(({ name, workflow }) =>
    workflow === undefined || typeof exported[workflow] === 'function'
      ? []
      : `Tool ${name} runs the workflow ${workflow}, which no folder has: export ${workflow} in workflows/${kebab(workflow)}/workflow.ts.`,
  );
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

if (require.main === module) {
  const missing = missingWorkflows(bundled, tools);
  for (const sentence of missing) console.error(sentence);
  process.exitCode = missing.length === 0 ? 0 : 1;
}
