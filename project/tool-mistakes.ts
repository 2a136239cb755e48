/** What is wrong with the tools of a project: each against its folder, and all of them together. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { authoredTools } from '../gateway/tools';
import type { ToolDefinition } from '../workflows/define-tool';
import * as ownWorkflows from '../workflows/index';
import { tools as ownTools } from '../workflows/tools';
import { camelCase, isFolder, shown } from './discover';
import type { Project, ToolFolder } from './discover';
import type { Exports } from './exports';
import { lineIn, wordIn } from './mistake';
import type { Mistake } from './mistake';
import { plainFunctions, stepsAskedFor, withoutComments } from './scan';
import { unknownWords } from './unknown-words';
import { wrongDurations } from './wrong-durations';

/** The folder of the tools is not there. */
export function noFolder({ root, config }: Project, tools: string): Mistake[] {
  if (isFolder(join(root, tools))) return [];
  return [
    {
      file: shown(root, config),
      line: lineIn(withoutComments(readFileSync(config, 'utf8')), wordIn(tools)) ?? 1,
      sentence: `There is no folder ${tools}. Make it, or name the folder that the tools are in: tools: '…'.`,
    },
  ];
}

/** Folders that mean one export. */
export function twins(root: string, folders: readonly ToolFolder[]): Mistake[] {
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

/** A file that lacks the export it is wanted for. */
export function wrongExport(root: string, path: string, wanted: string, names: ReadonlySet<string>): Mistake {
  const has = [...names];
  return {
    file: shown(root, path),
    line: lineIn(readFileSync(path, 'utf8'), /^\s*(export|module\.exports|exports\.)/) ?? 1,
    sentence: `This has to export ${wanted}, as its folder is called, or a default. It exports ${has.length === 0 ? 'nothing' : has.join(', ')}.`,
  };
}

/** Checks one tool against its folder. Adds to `mistakes` what is wrong. */
export function checkedTool(
  root: string,
  { tool: path, steps, workflow, exported: name }: ToolFolder,
  definition: ToolDefinition | undefined,
  exported: ReadonlyMap<string, Exports>,
  mistakes: Mistake[],
): { readonly type: string; readonly step: string | undefined } | undefined {
  const source = readFileSync(path, 'utf8');
  const wrong = (sentence: string, pattern = /defineTool\(/, file = path): undefined => {
    mistakes.push({
      file: shown(root, file),
      line: lineIn(file === path ? source : readFileSync(file, 'utf8'), pattern) ?? 1,
      sentence,
    });
  };
  if (definition === undefined || typeof definition.name !== 'string' || typeof definition.description !== 'string')
    return wrong(`${name} is no tool: write it with defineTool({ name, description, input, … }).`, /export/);
  for (const { word, sentence } of [...unknownWords(definition), ...wrongDurations(definition)])
    wrong(sentence, wordIn(word));
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
  const plain = steps === undefined ? new Map<string, number>() : plainFunctions(readFileSync(steps, 'utf8'));
  const notAStep = (step: string): void => {
    const line = plain.get(step);
    if (steps === undefined || line === undefined) return;
    plain.delete(step);
    mistakes.push({
      file: shown(root, steps),
      line,
      sentence: `${step} is a function, and no step: no worker would know it. Write export const ${step} = step(…).`,
    });
  };
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
  if (definition.step !== undefined) notAStep(definition.step);
  if (workflow === undefined) return { type, step: definition.step };
  const asked = stepsAskedFor(readFileSync(workflow, 'utf8'));
  for (const { step } of asked) notAStep(step);
  for (const { step, line } of asked.filter(({ step }) => lacks(step)))
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
export function menuMistakes(
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
    if (wrongDurations(definition).length > 0) return; // told already
    try {
      if (runOf(definition).workflow ?? runOf(definition).step) authoredTools([definition]);
    } catch (error) {
      const sentence = error instanceof Error ? error.message : String(error);
      const about = ['queue', 'attempts', 'name'].find((word) => wordIn(word).test(sentence));
      add(sentence, about === undefined ? /defineTool\(/ : wordIn(about));
    }
  });
  return mistakes;
}
