/** The text of the generated doors: what gateways, workers and the sandbox each import of a project's tools. A person can read them. */
import { dirname, relative, sep } from 'node:path';
import { wireName } from './wire';

/** A tool, as far as its doors need it. Paths are absolute. */
export interface DoorTool {
  /** The folder's name in camel case. */
  readonly exported: string;
  /** How each of its files exports what it is for. */
  readonly tool: { readonly path: string; readonly by: 'name' | 'default' };
  readonly workflow?: { readonly path: string; readonly by: 'name' | 'default'; readonly type: string } | undefined;
  readonly steps?: { readonly path: string; readonly of: string } | undefined;
  /** The step of a tool that has one and no workflow. */
  readonly step?: string | undefined;
}

const HEAD = '// Written by Holdfast from the folders of the tools, again at each start. Do not edit.\n';

function importPath(door: string, path: string): string {
  const way = relative(dirname(door), path).split(sep).join('/');
  return JSON.stringify(way.startsWith('.') ? way : `./${way}`);
}

/** @param builtin - tools of Holdfast itself that are offered as well */
export function menuDoor(door: string, tools: readonly DoorTool[], builtin: readonly string[]): string {
  const imports = tools.map(({ exported, tool: { path, by } }) =>
    by === 'default'
      ? `import ${exported} from ${importPath(door, path)};`
      : `import { ${exported} } from ${importPath(door, path)};`,
  );
  const entries = tools.map(({ exported, step, steps }) =>
    step !== undefined && steps
      ? `  { ...${exported}, step: ${JSON.stringify(wireName(steps.of, step))} },`
      : `  ${exported},`,
  );
  const own =
    builtin.length === 0 ? [] : [`  ...builtin.filter(({ name }) => ${JSON.stringify(builtin)}.includes(name)),`];
  return [
    `${HEAD}// The menu: gateways load it.`,
    ...(builtin.length === 0 ? [] : ["import { builtin } from 'holdfast/gateway';"]),
    ...imports,
    '',
    'export const tools = [',
    ...entries,
    ...own,
    '];',
    '',
  ].join('\n');
}

export function stepsDoor(door: string, tools: readonly DoorTool[]): string {
  const withSteps = tools.flatMap(({ exported, steps }) => (steps ? [{ exported, ...steps }] : []));
  return [
    `${HEAD}// The steps: workers load them. A step is known to Temporal as <workflow>.<step>.`,
    ...withSteps.map(({ exported, path }) => `import * as ${exported} from ${importPath(door, path)};`),
    '',
    'export const steps = {',
    ...withSteps.map(({ exported, of }) => `  ${JSON.stringify(of)}: ${exported},`),
    '};',
    '',
  ].join('\n');
}

export function workflowsDoor(door: string, tools: readonly DoorTool[]): string {
  return [
    `${HEAD}// The workflows: Temporal's sandbox loads them. Their exported names are wire formats.`,
    ...tools.flatMap(({ exported, workflow }) =>
      workflow
        ? [
            `export { ${workflow.by === 'default' ? 'default' : exported} as ${JSON.stringify(workflow.type)} } from ${importPath(door, workflow.path)};`,
          ]
        : [],
    ),
    'export {};',
    '',
  ].join('\n');
}
