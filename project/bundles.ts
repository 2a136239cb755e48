/** How a project's code is bundled: for Node, and for Temporal's sandbox. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import type { Project } from './discover';
import { shelled } from './shelled';
import type { SourceMap } from './shelled';
import type { nodePlugin, sandboxPlugin } from './worlds';

const common = (project: Project): BuildOptions => ({
  absWorkingDir: project.root,
  bundle: true,
  metafile: true,
  logLevel: 'silent',
  target: 'node20',
});

/** Bundles what Node runs. Adds to `inputs` the files that were read. */
export async function bundleNode(
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

/** Bundles what the sandbox runs. Adds to `inputs` the files that were read. */
export async function bundleWorkflows(
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
export async function load(path: string, code: string): Promise<unknown> {
  process.setSourceMapsEnabled(true);
  return import(`${pathToFileURL(path).href}?${hashOf(code)}`) as Promise<unknown>;
}

/** Another one for other texts. */
export const hashOf = (...texts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16);
