/** Compiles a project: doors, menu, steps and the bundle of the workflows; or says everything that is wrong with it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchemaOf } from '../gateway/schemas';
import type { ToolDefinition } from '../workflows/define-tool';
import { bundleNode, bundleWorkflows, hashOf, load } from './bundles';
import type { ProjectConfig } from './config';
import { toolFolders } from './discover';
import type { Project, ToolFolder } from './discover';
import { menuDoor, stepsDoor, workflowsDoor } from './doors';
import type { DoorTool } from './doors';
import { draftOf } from './draft';
import { exportsOf } from './exports';
import { writeMains } from './mains';
import type { Mistake } from './mistake';
import { oddNames } from './odd-names';
import { settingsOf } from './settings';
import { NoConfig, mistakesIn } from './thrown';
import { checkedTool, menuMistakes, noFolder, twins, wrongExport } from './tool-mistakes';
import { nodePlugin, sandboxPlugin } from './worlds';
import type { Worlds } from './worlds';

/** What came of it. */
export interface Compiled {
  readonly mistakes: readonly Mistake[];
  /** Absolute paths of all files that were read. A change of one of them asks for another compilation. */
  readonly inputs: readonly string[];
  /** The folder that holds the tools' folders. */
  readonly tools: string;
  /** Absent where there are mistakes. */
  readonly built?: Built;
}

/** A compiled project: a folder that gateways and workers are started from. */
export interface Built {
  readonly dir: string;
  readonly names: readonly string[];
  /** What is strange, and keeps nothing from running. */
  readonly doubts: readonly Mistake[];
  /** A call to try first, as it follows `holdfast call`. */
  readonly example: string;
  /** Path of the settings, as a holdfast.yaml. */
  readonly settings: string;
  /** Each is another one when its part has changed. */
  readonly ids: { readonly gateway: string; readonly worker: string };
}

/**
 * @param out - the folder that it is written to, inside of the project, so that it finds the project's packages
 * @param timePasses - whether a test may have the time of its jobs pass
 */
export async function compile(project: Project, out: string, timePasses = false): Promise<Compiled> {
  const inputs = new Set([project.config, join(project.root, 'package.json')]);
  let tools = 'tools';
  try {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'package.json'), `{ "type": "${project.modules === 'esm' ? 'module' : 'commonjs'}" }\n`);
    const config = await configOf(project, out, inputs);
    tools = config.tools ?? 'tools';
    const settings = settingsOf(project, config, out, inputs);
    const { folders, mistakes: lacking } = toolFolders(project.root, tools);
    const first = [...settings.mistakes, ...noFolder(project, tools), ...lacking, ...twins(project.root, folders)];
    if (first.length > 0) return { mistakes: first, inputs: [...inputs], tools };
    return {
      tools,
      ...(await compileTools(project, { config, folders, out, settings: settings.path, inputs, timePasses })),
    };
  } catch (error) {
    const mistakes = mistakesIn(error, project);
    return { mistakes, inputs: [...inputs], tools };
  }
}

interface Parts {
  readonly config: ProjectConfig;
  readonly folders: readonly ToolFolder[];
  readonly out: string;
  readonly settings: string;
  readonly inputs: Set<string>;
  readonly timePasses: boolean;
}

async function compileTools(
  project: Project,
  { config, folders, out, settings, inputs, timePasses }: Parts,
): Promise<Omit<Compiled, 'tools'>> {
  const { root } = project;
  const paths = folders.flatMap(({ tool, steps, workflow }) =>
    [tool, steps, workflow].filter((path) => path !== undefined),
  );
  for (const path of paths) inputs.add(path);
  const worlds: Worlds = {
    tools: new Set(folders.map(({ tool }) => tool)),
    steps: new Set(folders.flatMap(({ steps }) => steps ?? [])),
    workflows: new Set(folders.flatMap(({ workflow }) => workflow ?? [])),
  };
  const exported = await exportsOf(root, paths);
  const mistakes: Mistake[] = [];
  const howExported = (path: string, name: string): 'name' | 'default' => {
    const names = exported.get(path) ?? 'unknown';
    if (names === 'unknown' || names.has(name)) return 'name';
    if (names.has('default')) return 'default';
    mistakes.push(wrongExport(root, path, name, names));
    return 'name';
  };
  const menuTools = folders.map(({ exported: name, tool }): DoorTool => ({
    exported: name,
    tool: { path: tool, by: howExported(tool, name) },
  }));
  if (mistakes.length > 0) return { mistakes, inputs: [...inputs] };

  const doors = join(root, '.holdfast', 'doors');
  mkdirSync(doors, { recursive: true });
  const door = (name: string): string => join(doors, `${name}.js`);
  const bundled = async (name: string, world: 'menu' | 'steps', as = name): Promise<string> => {
    const outfile = join(out, `${as}.js`);
    await bundleNode(project, door(name), outfile, nodePlugin(world, worlds), inputs);
    return readFileSync(outfile, 'utf8');
  };
  writeFileSync(door('menu'), menuDoor(door('menu'), menuTools, []));
  const code = await bundled('menu', 'menu', 'defined');
  const loaded = (await load(join(out, 'defined.js'), code)) as { tools: readonly (ToolDefinition | undefined)[] };

  const doorTools = folders.flatMap((folder, at): DoorTool[] => {
    const given = menuTools[at];
    const definition = loaded.tools[at];
    const found = given && checkedTool(root, folder, definition, exported, mistakes);
    if (!found) return [];
    const { type, step } = found;
    return [
      {
        ...given,
        step,
        workflow:
          folder.workflow !== undefined && definition?.workflow !== undefined
            ? { path: folder.workflow, by: howExported(folder.workflow, folder.exported), type }
            : undefined,
        steps: folder.steps === undefined ? undefined : { path: folder.steps, of: type },
      },
    ];
  });
  mistakes.push(...menuMistakes(root, project, folders, loaded.tools, config.builtin ?? []));
  if (mistakes.length > 0) return { mistakes, inputs: [...inputs] };

  writeFileSync(door('menu'), menuDoor(door('menu'), doorTools, config.builtin ?? []));
  writeFileSync(door('steps'), stepsDoor(door('steps'), doorTools));
  writeFileSync(door('workflows'), workflowsDoor(door('workflows'), doorTools));
  const [menu, steps, workflows] = await Promise.allSettled([
    bundled('menu', 'menu'),
    bundled('steps', 'steps'),
    bundleWorkflows(project, door('workflows'), sandboxPlugin(worlds), inputs, timePasses),
  ]);
  for (const result of [menu, steps, workflows])
    if (result.status === 'rejected') mistakes.push(...mistakesIn(result.reason, project));
  if (menu.status === 'rejected' || steps.status === 'rejected' || workflows.status === 'rejected')
    return { mistakes, inputs: [...inputs] };
  writeFileSync(join(out, 'workflows.bundle.js'), workflows.value);
  writeMains(out, project.modules);
  const settingsText = readFileSync(settings, 'utf8');
  return {
    mistakes: [],
    inputs: [...inputs],
    built: {
      dir: out,
      doubts: oddNames(root, folders, loaded.tools),
      example: exampleOf(loaded.tools[0]),
      names: [...loaded.tools.flatMap((tool) => tool?.name ?? []), ...(config.builtin ?? [])],
      settings,
      // Workers have the menu, too: workflows of others find tools there.
      ids: {
        gateway: hashOf(menu.value, settingsText),
        worker: hashOf(menu.value, steps.value, workflows.value, settingsText),
      },
    },
  };
}

/** A call to edit, with what has to be given. */
function exampleOf(tool: ToolDefinition | undefined): string {
  if (!tool) return '<tool>';
  return `${tool.name} '${JSON.stringify(draftOf(jsonSchemaOf(tool.input, 'input')))}'`;
}

async function configOf(project: Project, out: string, inputs: Set<string>): Promise<ProjectConfig> {
  const outfile = join(out, 'config.js');
  await bundleNode(project, project.config, outfile, undefined, inputs);
  const module = (await load(outfile, readFileSync(outfile, 'utf8'))) as Record<string, unknown>;
  // What CommonJS exports as its default lies one level deeper when it is imported.
  const outer = module['default'] ?? module['config'];
  const inner = typeof outer === 'object' && outer !== null && 'default' in outer ? outer.default : outer;
  if (typeof inner !== 'object' || inner === null)
    throw new NoConfig('It has to export its configuration as the default: export default defineConfig({ … }).');
  return inner;
}
