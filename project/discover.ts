/** Finds a project, and the folders of its tools. Nothing is loaded here. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Mistake } from './mistake';

const CONFIGS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `holdfast.config.${ending}`);
const ENDINGS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'];

/** A folder with a holdfast.config file. */
export interface Project {
  readonly root: string;
  /** Path of the configuration. */
  readonly config: string;
  /** What its package.json says that its `.js` files are. */
  readonly modules: 'esm' | 'cjs';
}

/** One folder of a tool. Paths are absolute. */
export interface ToolFolder {
  readonly name: string;
  /** What its files have to export: the folder's name in camel case. */
  readonly exported: string;
  readonly tool: string;
  readonly steps: string | undefined;
  readonly workflow: string | undefined;
}

/** The project that `folder` is. */
export function projectIn(folder: string): Project | undefined {
  const config = CONFIGS.map((name) => join(folder, name)).find((path) => existsSync(path));
  return config === undefined ? undefined : { root: folder, config, modules: modulesOf(folder) };
}

/** The project that `folder` lies in: the nearest one above. */
export function projectAbove(folder: string): Project | undefined {
  const found = projectIn(folder);
  const parent = dirname(folder);
  return found ?? (parent === folder ? undefined : projectAbove(parent));
}

function modulesOf(root: string): Project['modules'] {
  try {
    const { type } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { type?: unknown };
    return type === 'module' ? 'esm' : 'cjs';
  } catch {
    return 'cjs';
  }
}

/** `fetch-page` as a name in code: `fetchPage`. */
export const camelCase = (name: string): string =>
  name
    .normalize('NFC')
    .split(/[^\p{L}\p{N}$]+/u)
    .filter(Boolean)
    .map((word, at) => (at === 0 ? lowered(word) : raised(word)))
    .join('');
const lowered = (word: string): string => word.charAt(0).toLowerCase() + word.slice(1);
const raised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

export const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** A path as sentences have it. */
export const shown = (root: string, path: string): string => relative(root, path).split(sep).join('/');

/** The folders below `folder`, and what they lack; none where it is no folder. */
export function toolFolders(
  root: string,
  folder: string,
): { readonly folders: readonly ToolFolder[]; readonly mistakes: readonly Mistake[] } {
  const at = join(root, folder);
  if (!isFolder(at)) return { folders: [], mistakes: [] };
  const mistakes: Mistake[] = [];
  const folders = readdirSync(at, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^[._]|^node_modules$/.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .flatMap((name): ToolFolder[] => {
      const file = (kind: string): string | undefined =>
        ENDINGS.map((ending) => join(at, name, `${kind}.${ending}`)).find((path) => existsSync(path));
      const [tool, steps, workflow] = [file('tool'), file('steps'), file('workflow')];
      const exported = camelCase(name);
      const where = shown(root, join(at, name));
      if (tool === undefined) {
        mistakes.push({
          file: where,
          sentence: `This folder has no tool.ts (or .js), which says what the model sees. Folders that are no tools begin with _, or lie outside of ${folder}.`,
        });
        return [];
      }
      if (!/^[\p{L}_$]/u.test(exported)) {
        mistakes.push({ file: where, sentence: "The name of a tool's folder has to begin with a letter." });
        return [];
      }
      return [{ name, exported, tool, steps, workflow }];
    });
  return { folders, mistakes };
}
