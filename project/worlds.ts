/** Keeps the three worlds of a tool apart: what the model sees, Node, and Temporal's sandbox. An import across is a sentence with its line. */
import { builtinModules } from 'node:module';
import type { OnResolveResult, PartialMessage, Plugin } from 'esbuild';

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

/** For the bundle of the workflows: packages are bundled, but for the kits, which the shell provides. */
export function sandboxPlugin(worlds: Worlds): Plugin {
  return {
    name: 'holdfast-sandbox',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (args.kind === 'entry-point' || args.pluginData === 'resolved') return undefined;
        if (KITS.includes(args.path)) return { path: args.path, external: true };
        const why = whyNotInSandbox(args.path);
        if (why !== undefined) return refused(why);
        const found = await build.resolve(args.path, {
          resolveDir: args.resolveDir,
          importer: args.importer,
          kind: args.kind,
          pluginData: 'resolved',
        });
        if (found.errors.length > 0) return { errors: found.errors };
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
