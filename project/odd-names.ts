/** Workflows that are called neither as their folder nor as their tool. That may be wanted, and it may be a slip that jobs then keep. */
import { readFileSync } from 'node:fs';
import type { ToolDefinition } from '../workflows/define-tool';
import { camelCase, shown } from './discover';
import type { ToolFolder } from './discover';
import { lineIn, wordIn } from './mistake';
import type { Mistake } from './mistake';

/** A remark for each. It keeps nothing from running. */
export function oddNames(
  root: string,
  folders: readonly ToolFolder[],
  definitions: readonly (ToolDefinition | undefined)[],
): Mistake[] {
  return folders.flatMap(({ tool, exported }, at) => {
    const { name, workflow } = definitions[at] ?? {};
    if (name === undefined || workflow === undefined || [exported, camelCase(name)].includes(workflow)) return [];
    return [
      {
        file: shown(root, tool),
        line: lineIn(readFileSync(tool, 'utf8'), wordIn(workflow)),
        sentence: `Temporal will know the jobs of ${name} as ${workflow}, where ${exported} would be expected. Keep it if there are such jobs, else mend it.`,
      },
    ];
  });
}
