/** Keeps the three worlds of a tool apart: what the model sees, Node, and Temporal's sandbox. An import across is a sentence with its line. */
import { readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { relative, sep } from 'node:path';
import type { OnResolveResult, PartialMessage, Plugin } from 'esbuild';
import { lineIn, wordIn } from './mistake';

/** The files of all tools, by what they are. */
export interface Worlds {
  readonly tools: ReadonlySet<string>;
  readonly steps: ReadonlySet<string>;
  readonly workflows: ReadonlySet<string>;
}

const isBuiltin = (path: string): boolean => path.startsWith('node:') || builtinModules.includes(path);
const KITS: readonly string[] = ['@temporalio/workflow', 'holdfast/workflow'];

const refused = (text: string): OnResolveResult => ({ errors: [{ text }] satisfies PartialMessage[] });

/** What a sandbox may not import, and why. */
function whyNotInSandbox(path: string): string | undefined {
  if (isBuiltin(path))
    return `A workflow cannot import ${path}: it runs in Temporal's sandbox, without Node. Do it in a step (steps.ts).`;
  if (path === 'holdfast' || path === 'zod' || path.startsWith('zod/'))
    return `A workflow cannot import ${path}, which belongs into tool.ts. Of a tool it needs the type alone: import type.`;
  if (/^holdfast\/|^@temporalio\/(activity|client|worker|testing)/.test(path))
    return `A workflow cannot import ${path}: it runs in Temporal's sandbox. It has holdfast/workflow and @temporalio/workflow.`;
  return undefined;
}

/** Which import of an author's leads to the files of packages: what is wrong deep in one is told there. */
function createOrigins(root: string) {
  const origins = new Map<string, { readonly name: string; readonly importer: string }>();
  const told = new Set<string>();
  const isOfPackage = (path: string): boolean => path.split(sep).includes('node_modules');
  return {
    note(name: string, importer: string, path: string): void {
      if (isOfPackage(path)) origins.set(path, origins.get(importer) ?? { name, importer });
    },
    /** A package needs something that a sandbox lacks. It is told once; undefined where `importer` is the author's. */
    refusal(importer: string, needs: string): OnResolveResult | undefined {
      const origin = origins.get(importer);
      if (!origin) return undefined;
      const file = relative(root, origin.importer).split(sep).join('/');
      const text = `A workflow cannot import ${origin.name}: it needs ${needs}, and Temporal's sandbox is without Node. Use it in a step (steps.ts).`;
      const key = JSON.stringify([file, origin.name]);
      if (told.has(key)) return { path: needs, external: true };
      told.add(key);
      const line = lineIn(readFileSync(origin.importer, 'utf8'), wordIn(origin.name));
      return { errors: [{ text, location: { file, ...(line !== undefined && { line }) } }] };
    },
  };
}

/** For the bundle of the workflows: packages are bundled, but for the kits, which the shell provides. */
export function sandboxPlugin(worlds: Worlds): Plugin {
  return {
    name: 'holdfast-sandbox',
    setup(build) {
      const origins = createOrigins(build.initialOptions.absWorkingDir ?? '');
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (args.kind === 'entry-point' || args.pluginData === 'resolved') return undefined;
        if (KITS.includes(args.path)) return { path: args.path, external: true };
        const why = whyNotInSandbox(args.path);
        if (why !== undefined) return origins.refusal(args.importer, args.path) ?? refused(why);
        const found = await build.resolve(args.path, {
          resolveDir: args.resolveDir,
          importer: args.importer,
          kind: args.kind,
          pluginData: 'resolved',
        });
        if (found.errors.length > 0) return { errors: found.errors };
        origins.note(args.path, args.importer, found.path);
        if (worlds.steps.has(found.path))
          return refused(
            'A workflow cannot load its steps, which run in Node. It needs their types alone: write import type.',
          );
        if (worlds.tools.has(found.path))
          return refused(
            'A workflow cannot load its tool.ts, which gateways load. It needs its type alone: write import type.',
          );
        return found;
      });
    },
  };
}

/** Whether Node finds a package. One that is for `import` alone is there, too. */
function isInstalled(path: string, importer: string): boolean {
  try {
    return createRequire(importer).resolve(path) !== '';
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND');
  }
}

/** `@a/b/c` is of the package `@a/b`. */
const packageOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');

/** For menu and steps: packages stay outside, and files of another world too. */
export function nodePlugin(world: 'menu' | 'steps', worlds: Worlds): Plugin {
  return {
    name: `holdfast-${world}`,
    setup(build) {
      build.onResolve({ filter: /^holdfast\/workflow$|^@temporalio\/workflow$/ }, () =>
        refused(
          `Only a workflow.ts can import this: ${world === 'menu' ? 'gateways' : 'workers'} load this file in Node.`,
        ),
      );
      build.onResolve({ filter: /^[^./#]/ }, async (args) => {
        if (args.kind !== 'import-statement' || args.pluginData === 'resolved' || args.importer.includes('/.holdfast/'))
          return undefined;
        const { path, resolveDir, importer, kind } = args;
        const found = await build.resolve(path, { resolveDir, importer, kind, pluginData: 'resolved' });
        // A file that an alias of tsconfig.json leads to is bundled as any other.
        return !found.external || isBuiltin(path) || isInstalled(path, importer)
          ? undefined
          : refused(`There is no package ${packageOf(path)} here. Install it: npm install ${packageOf(path)}`);
      });
      build.onResolve({ filter: /^\.{1,2}\// }, async (args) => {
        if (args.kind === 'entry-point' || args.pluginData === 'resolved' || args.importer.includes('/.holdfast/'))
          return undefined;
        const found = await build.resolve(args.path, {
          resolveDir: args.resolveDir,
          importer: args.importer,
          kind: args.kind,
          pluginData: 'resolved',
        });
        if (world === 'menu' && worlds.steps.has(found.path))
          return refused(
            'A tool.ts cannot load steps: gateways load it, and run none. It needs their types alone: write import type.',
          );
        if (worlds.workflows.has(found.path))
          return refused('Only the sandbox loads a workflow.ts. Write import type, or name the workflow.');
        return undefined;
      });
    },
  };
}
