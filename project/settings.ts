/** The settings of a project as a holdfast.yaml, which is what gateways and workers read. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { schemaAt } from '../config/catalog';
import { findingsIn } from '../config/holdfast';
import { BadSetting } from '../config/file';
import type { Problem } from '../config/file';
import { catalogMistakes } from '../gateway/catalog';
import type { ProjectConfig } from './config';
import { shown } from './discover';
import type { Project } from './discover';
import { lineIn } from './mistake';
import type { Mistake } from './mistake';
import { withoutComments } from './scan';

type Catalog = NonNullable<ProjectConfig['catalog']>;

/**
 * Writes the file, and says what is wrong in it by the places of the configuration that it comes from.
 *
 * @param inputs - gets the files that it is made of
 */
export function settingsOf(
  project: Project,
  { tools: _tools, builtin: _builtin, catalog, ...parts }: ProjectConfig,
  out: string,
  inputs: Set<string>,
): { readonly path: string; readonly mistakes: readonly Mistake[] } {
  const path = join(out, 'settings.yaml');
  writeFileSync(
    path,
    `# Written by Holdfast from ${shown(project.root, project.config)}. Do not edit.\n${stringify({ ...parts, ...(catalog && { catalog: withSchemas(catalog, project, inputs) }) })}`,
  );
  const source = withoutComments(readFileSync(project.config, 'utf8'));
  const found = findings(path);
  return {
    path,
    mistakes: found.map(({ setting, message }) => ({
      file: shown(project.root, project.config),
      line: lineIn(source, wordOf(setting)),
      sentence: `${setting}: ${message}${/[.?!]$/.test(message) ? '' : '.'}`,
    })),
  };
}

/** With the schemas that lie in files of their own: what is built has no other files beside it. */
function withSchemas(catalog: Catalog, project: Project, inputs: Set<string>): object {
  const read = (schema: unknown): unknown => {
    if (typeof schema !== 'string') return schema;
    const path = resolve(dirname(project.config), schema);
    inputs.add(path);
    const found = schemaAt(path);
    return typeof found === 'string' ? path : found;
  };
  return Object.fromEntries(
    Object.entries(catalog).map(([name, entry]: [string, unknown]) => [
      name,
      typeof entry === 'object' && entry !== null // without types it may be anything, which is told later
        ? Object.fromEntries(
            Object.entries(entry).map(([key, value]: [string, unknown]) => [
              key,
              key === 'input' || key === 'output' ? read(value) : value,
            ]),
          )
        : entry,
    ]),
  );
}

function findings(path: string): readonly Pick<Problem, 'setting' | 'message'>[] {
  try {
    const { problems, said } = findingsIn({ HOLDFAST_CONFIG: path });
    // Which tools it has beside them is not known here: two of one name are told at the start.
    const wrong = said ? catalogMistakes(new Map(), said.catalog) : [];
    return [...problems, ...wrong.map(({ name, sentence }) => ({ setting: `catalog.${name}`, message: sentence }))];
  } catch (error) {
    if (!(error instanceof BadSetting) || error.problems.length === 0) throw error;
    return error.problems;
  }
}

/** The last name in a setting's path, as a source has it. */
const wordOf = (setting: string): RegExp =>
  new RegExp(`\\b${setting.split('.').findLast((part) => /^[a-z_]+$/i.test(part)) ?? '$^'}\\b`);
