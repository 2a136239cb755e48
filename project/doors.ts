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

const HEAD = '// Written by Holdfast from the folders of the tools, again at each start or build. Do not edit.\n';

/** Text in code. */
const quoted = (text: string): string => (/['\\\n\r\u2028\u2029]/.test(text) ? JSON.stringify(text) : `'${text}'`);

/** A door in TypeScript names files without their endings, as TypeScript wants it. */
function importPath(door: string, path: string): string {
  const way = relative(dirname(door), door.endsWith('.ts') ? path.replace(/\.ts$/, '') : path)
    .split(sep)
    .join('/');
  return quoted(way.startsWith('.') ? way : `./${way}`);
}

/** @param builtin - tools of Holdfast itself that are offered as well */
export function menuDoor(door: string, tools: readonly DoorTool[], builtin: readonly string[]): string {
  const imports = tools.map(({ exported, tool: { path, by } }) =>
    by === 'default'
      ? `import ${exported} from ${importPath(door, path)};`
      : `import { ${exported} } from ${importPath(door, path)};`,
  );
  const entries = tools.map(({ exported, step, steps }) =>
    step !== undefined && steps ? `  { ...${exported}, step: ${quoted(wireName(steps.of, step))} },` : `  ${exported},`,
  );
  const own =
    builtin.length === 0
      ? []
      : [`  ...builtin.filter(({ name }) => [${builtin.map(quoted).join(', ')}].includes(name)),`];
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
    ...withSteps.map(({ exported, of }) => `  ${quoted(of)}: ${exported},`),
    '};',
    '',
  ].join('\n');
}

export function workflowsDoor(door: string, tools: readonly DoorTool[]): string {
  const lines = tools.flatMap(({ exported, workflow }) => {
    if (!workflow) return [];
    const { by, type, path } = workflow;
    const name = by === 'default' ? by : exported;
    return [`export { ${name === type ? name : `${name} as ${quoted(type)}`} } from ${importPath(door, path)};`];
  });
  return [
    `${HEAD}// The workflows: Temporal's sandbox loads them. Their exported names are wire formats.`,
    ...(lines.length > 0 ? lines : ['export {};']),
    '',
  ].join('\n');
}
