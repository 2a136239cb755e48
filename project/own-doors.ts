/**
 * The doors of Holdfast's own tools: the menu and the workflows of the folders in workflows/ that have a tool.ts, written as those of a
 * project are. `npm run build` begins with this, and compiles what it has written.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolFolders } from './discover';
import { menuDoor, workflowsDoor } from './doors';
import type { DoorTool } from './doors';

/** The generated files by their paths, which are absolute. `root`: the folder of Holdfast's package.json */
export function ownDoors(root: string): ReadonlyMap<string, string> {
  const [menu, bundle] = [join(root, 'workflows', 'tools.ts'), join(root, 'workflows', 'authored.ts')];
  // Folders without a tool.ts are workflows of the kit.
  const tools = toolFolders(root, 'workflows').folders.map(({ exported, tool, workflow }): DoorTool => ({
    exported,
    tool: { path: tool, by: 'name' },
    workflow: workflow === undefined ? undefined : { path: workflow, by: 'name', type: exported },
  }));
  return new Map([
    [menu, menuDoor(menu, tools, [])],
    [bundle, workflowsDoor(bundle, tools)],
  ]);
}

if (require.main === module)
  for (const [path, text] of ownDoors(process.cwd()))
    if (readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
