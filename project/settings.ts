/** The settings of a project as a holdfast.yaml, which is what gateways and workers read. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findingsIn } from '../config/holdfast';
import { BadSetting } from '../config/file';
import type { ProjectConfig } from './config';
import { shown } from './discover';
import type { Project } from './discover';
import { lineIn } from './mistake';
import type { Mistake } from './mistake';

/** Writes the file, and says what is wrong in it by the places of the configuration that it comes from. */
export function settingsOf(
  project: Project,
  { tools: _tools, builtin: _builtin, ...parts }: ProjectConfig,
  out: string,
): { readonly path: string; readonly mistakes: readonly Mistake[] } {
  const path = join(out, 'settings.yaml');
  writeFileSync(
    path,
    `# Written by Holdfast from ${shown(project.root, project.config)}. Do not edit.\n${stringify(parts)}`,
  );
  const source = readFileSync(project.config, 'utf8');
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

function findings(path: string) {
  try {
    return findingsIn({ HOLDFAST_CONFIG: path }).problems;
  } catch (error) {
    if (!(error instanceof BadSetting) || error.problems.length === 0) throw error;
    return error.problems;
  }
}

/** The last name in a setting's path, as a source has it. */
const wordOf = (setting: string): RegExp =>
  new RegExp(`\\b${setting.split('.').findLast((part) => /^[a-z_]+$/i.test(part)) ?? '$^'}\\b`);
