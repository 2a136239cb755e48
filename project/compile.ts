/** Compiles a project: doors, menu, steps and the bundle of the workflows; or says everything that is wrong with it. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { BuildFailure, BuildOptions, Message } from 'esbuild';
import { jsonSchemaOf } from '../gateway/schemas';
import { createCatalogue } from '../gateway/tools';
import type { ToolDefinition } from '../workflows/define-tool';
import * as ownWorkflows from '../workflows/index';
import { tools as ownTools } from '../workflows/tools';
import type { ProjectConfig } from './config';
import { camelCase, shown, toolFolders } from './discover';
import type { Project, ToolFolder } from './discover';
import { menuDoor, stepsDoor, workflowsDoor } from './doors';
import type { DoorTool } from './doors';
import { exportsOf } from './exports';
import type { Exports } from './exports';
import { writeMains } from './mains';
import { lineIn, wordIn } from './mistake';
import type { Mistake } from './mistake';
import { stepsAskedFor } from './scan';
import { settingsOf } from './settings';
import { shelled } from './shelled';
import type { SourceMap } from './shelled';
import { unknownWords } from './unknown-words';
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
    const settings = settingsOf(project, config, out);
    const { folders, mistakes: lacking } = toolFolders(project.root, tools);
    const first = [...settings.mistakes, ...lacking, ...twins(project.root, folders)];
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

/** A call with what has to be given, as far as the schema tells. */
function exampleOf(tool: ToolDefinition | undefined): string {
  if (!tool) return '<tool>';
  const { required = [], properties = {} } = jsonSchemaOf(tool.input, 'input');
  const example = (name: string): unknown => {
    const schema = properties[name];
    const type = typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : undefined;
    return type === 'number' || type === 'integer' ? 1 : type === 'boolean' ? true : type === 'array' ? [] : '…';
  };
  return `${tool.name} '${JSON.stringify(Object.fromEntries(required.map((name) => [name, example(name)])))}'`;
}

const hashOf = (...texts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16);

function twins(root: string, folders: readonly ToolFolder[]): Mistake[] {
  return folders.flatMap((folder, at) => {
    const other = folders.slice(0, at).find(({ exported }) => exported === folder.exported);
    return other
      ? [
          {
            file: shown(root, folder.tool),
            sentence: `The folders ${other.name} and ${folder.name} both mean ${folder.exported}. Rename one.`,
          },
        ]
      : [];
  });
}

function wrongExport(root: string, path: string, wanted: string, names: ReadonlySet<string>): Mistake {
  const has = [...names];
  return {
    file: shown(root, path),
    line: lineIn(readFileSync(path, 'utf8'), /^\s*(export|module\.exports|exports\.)/) ?? 1,
    sentence: `This has to export ${wanted}, as its folder is called, or a default. It exports ${has.length === 0 ? 'nothing' : has.join(', ')}.`,
  };
}

/** Checks one tool against its folder. Adds to `mistakes` what is wrong. */
function checkedTool(
  root: string,
  { tool: path, steps, workflow, exported: name }: ToolFolder,
  definition: ToolDefinition | undefined,
  exported: ReadonlyMap<string, Exports>,
  mistakes: Mistake[],
): { readonly type: string; readonly step: string | undefined } | undefined {
  const source = readFileSync(path, 'utf8');
  const wrong = (sentence: string, pattern = /defineTool/, file = path): undefined => {
    mistakes.push({
      file: shown(root, file),
      line: lineIn(file === path ? source : readFileSync(file, 'utf8'), pattern) ?? 1,
      sentence,
    });
  };
  if (definition === undefined || typeof definition.name !== 'string' || typeof definition.description !== 'string')
    return wrong(`${name} is no tool: write it with defineTool({ name, description, input, … }).`, /export/);
  for (const { word, sentence } of unknownWords(definition)) wrong(sentence, wordIn(word));
  for (const schema of ['input', 'output'] as const) {
    const given: unknown = definition[schema];
    if (given === undefined && schema === 'output') continue;
    if (!isZod4(given))
      return wrong(
        `${schema} is no schema of zod 4: write it with the z of holdfast. Those of zod 3 and of zod/mini cannot be listed.`,
        wordIn(schema),
      );
  }
  const says = runOf(definition);
  const type = definition.workflow ?? camelCase(definition.name);
  const has = steps === undefined ? new Set<string>() : (exported.get(steps) ?? 'unknown');
  const lacks = (step: string): boolean => has !== 'unknown' && !has.has(step);
  const whatItHas = has === 'unknown' || has.size === 0 ? '' : ` It has ${[...has].join(', ')}.`;
  const stepsFile = steps === undefined ? 'a steps.ts, which is not there' : shown(root, steps);
  if (definition.workflow !== undefined && workflow === undefined)
    return wrong(
      `${name} names the workflow ${definition.workflow}, and there is no workflow.ts beside it. Write one, or name a step.`,
      /\bworkflow\b/,
    );
  if (!says.workflow && !says.step) return wrong(`${name} says neither workflow nor step: how does it run?`);
  if (definition.workflow === undefined && workflow !== undefined)
    return wrong(
      `${name} names no workflow, so that workflow.ts beside it would never run. Write workflow: '${name}' in place of step.`,
      /\bstep\b/,
    );
  if (definition.step !== undefined && lacks(definition.step))
    return wrong(
      `${name} names the step ${definition.step}, which nobody has: export it from ${stepsFile}.${whatItHas}`,
      /\bstep\b/,
    );
  if (workflow !== undefined)
    for (const { step, line } of stepsAskedFor(readFileSync(workflow, 'utf8')).filter(({ step }) => lacks(step)))
      mistakes.push({
        file: shown(root, workflow),
        line,
        sentence: `It asks for the step ${step}, which nobody has: export it from ${stepsFile}.${whatItHas}`,
      });
  return { type, step: definition.step };
}

/** How a definition says that it runs. That it does is not known: JavaScript has no types. */
const runOf = ({
  workflow,
  step,
}: ToolDefinition): { readonly workflow?: string | undefined; readonly step?: string | undefined } => ({
  workflow,
  step,
});

/** Zod 4 has this mark on every schema, whichever copy it is from; mini has no methods. */
const isZod4 = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && '_zod' in value && 'safeParse' in value && 'refine' in value;

/** What is wrong with the tools together, or by the rules of the gateway. */
function menuMistakes(
  root: string,
  project: Project,
  folders: readonly ToolFolder[],
  definitions: readonly (ToolDefinition | undefined)[],
  builtin: readonly string[],
): Mistake[] {
  const mistakes: Mistake[] = [];
  const config = shown(root, project.config);
  const types = new Map<string, string>(Object.keys(ownWorkflows).map((type) => [type, 'Holdfast']));
  const names = new Map<string, string>();
  for (const name of builtin) {
    if (ownTools.some((tool) => tool.name === name)) names.set(name, config);
    else
      mistakes.push({
        file: config,
        line: lineIn(readFileSync(project.config, 'utf8'), /builtin/),
        sentence: `builtin: Holdfast has no tool ${name}. It has ${ownTools.map((tool) => tool.name).join(', ')}.`,
      });
  }
  folders.forEach(({ tool: path }, at) => {
    const definition = definitions[at];
    if (!definition || typeof definition.name !== 'string' || !isZod4(definition.input)) return;
    const file = shown(root, path);
    const source = readFileSync(path, 'utf8');
    const add = (sentence: string, pattern: RegExp): void =>
      void mistakes.push({ file, line: lineIn(source, pattern) ?? 1, sentence });
    const { name } = definition;
    const other = names.get(name);
    if (other !== undefined)
      add(`The name ${name} is taken by ${other}. Tools of one menu have different names.`, /\bname\b/);
    names.set(name, file);
    const type = definition.workflow ?? camelCase(name);
    const owner = types.get(type);
    if (owner !== undefined)
      add(
        `The workflow ${type} is one of ${owner}. Give another type: it is what Temporal knows the jobs by.`,
        /\bworkflow\b|\bname\b/,
      );
    types.set(type, file);
    try {
      if (runOf(definition).workflow ?? runOf(definition).step) createCatalogue([definition]);
    } catch (error) {
      add(error instanceof Error ? error.message : String(error), /defineTool/);
    }
  });
  return mistakes;
}

const common = (project: Project): BuildOptions => ({
  absWorkingDir: project.root,
  bundle: true,
  metafile: true,
  logLevel: 'silent',
  target: 'node20',
});

async function bundleNode(
  project: Project,
  entry: string,
  outfile: string,
  plugin: ReturnType<typeof nodePlugin> | undefined,
  inputs: Set<string>,
): Promise<void> {
  const { metafile } = await build({
    ...common(project),
    entryPoints: [entry],
    outfile,
    platform: 'node',
    packages: 'external',
    format: project.modules,
    sourcemap: 'inline',
    sourcesContent: false,
    plugins: plugin ? [plugin] : [],
    metafile: true,
  });
  for (const path of Object.keys(metafile.inputs)) inputs.add(join(project.root, path));
}

async function bundleWorkflows(
  project: Project,
  entry: string,
  plugin: ReturnType<typeof sandboxPlugin>,
  inputs: Set<string>,
  timePasses: boolean,
): Promise<string> {
  const { metafile, outputFiles } = await build({
    ...common(project),
    entryPoints: [entry],
    outfile: join(project.root, 'workflows.js'), // not written: its place makes the map's paths those of the project
    write: false,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    format: 'cjs',
    sourcemap: 'external',
    sourcesContent: false,
    plugins: [plugin],
    metafile: true,
  });
  for (const path of Object.keys(metafile.inputs)) inputs.add(join(project.root, path));
  const code = outputFiles.find(({ path }) => path.endsWith('.js'))?.text ?? '';
  const map = JSON.parse(outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? '{}') as SourceMap;
  return shelled(code, map, timePasses);
}

/** Loads a module that was just written. The mark makes it another one than that of the compilation before. */
async function load(path: string, code: string): Promise<unknown> {
  process.setSourceMapsEnabled(true);
  return import(`${pathToFileURL(path).href}?${hashOf(code)}`) as Promise<unknown>;
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

class NoConfig extends Error {}

/** Errors of the compiler, each with its place; and what a module threw when it was loaded. */
function mistakesIn(error: unknown, project: Project): Mistake[] {
  if (isBuildFailure(error) && error.errors.length > 0) return error.errors.map((message) => mistakeOf(message));
  if (error instanceof NoConfig)
    return [{ file: shown(project.root, project.config), line: 1, sentence: error.message }];
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  // The first place of the author's own: maps lead from what was compiled to the sources.
  const [, file, line] =
    stack
      .split('\n')
      .map((text) => /(?:\(|at )(?:file:\/\/)?([^()]+?):(\d+):\d+\)?$/.exec(text))
      .find((found) => found?.[1] !== undefined && isOwn(project, found[1])) ?? [];
  return [
    file === undefined
      ? { file: 'the project', sentence: `It could not be loaded: ${message}` }
      : { file: shown(project.root, pathOf(file)), line: Number(line), sentence: `It could not be loaded: ${message}` },
  ];
}

/** A path in a stack, which may be one of an address. */
const pathOf = (text: string): string => (text.includes('%') ? decodeURIComponent(text) : text);

const isOwn = ({ root }: Project, text: string): boolean =>
  pathOf(text).startsWith(root) && !/node_modules|\.holdfast/.test(text);

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors);

const mistakeOf = ({ text, location }: Message): Mistake => ({
  file: location?.file ?? 'the project',
  line: location?.line,
  sentence: /[.?!]$/.test(text) ? text : `${text}.`,
});
