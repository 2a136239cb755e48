/** What the files of tools export, as their source says. None is loaded for that. */
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

/** Names that a file exports. `unknown`: it is CommonJS that computes them. */
export type Exports = ReadonlySet<string> | 'unknown';

/** @throws BuildFailure when one is not JavaScript or TypeScript */
export async function exportsOf(root: string, paths: readonly string[]): Promise<ReadonlyMap<string, Exports>> {
  const { metafile } = await build({
    entryPoints: [...paths],
    absWorkingDir: root,
    outdir: root,
    outbase: root,
    bundle: false,
    format: 'esm',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const found = new Map<string, Exports>();
  for (const { entryPoint, exports } of Object.values(metafile.outputs)) {
    if (entryPoint === undefined) continue;
    const path = paths.find((one) => one.split('\\').join('/').endsWith(`/${entryPoint}`));
    if (path !== undefined) found.set(path, commonJsExports(readFileSync(path, 'utf8')) ?? new Set(exports));
  }
  return found;
}

/** The exports of CommonJS, which the compiler takes for a default; undefined where a file has those of ES modules. */
function commonJsExports(source: string): Exports | undefined {
  if (/^\s*(export|import)\b/m.test(source) || !/\bexports\b/.test(source)) return undefined;
  const names = [...source.matchAll(/\bexports\.([\p{L}\p{N}_$]+)\s*=/gu)].map(([, name = '']) => name);
  const whole = /\bmodule\.exports\s*=\s*(\{([^{}()]*)\})?/.exec(source);
  if (!whole) return new Set(names);
  const listed = whole[2];
  if (listed === undefined) return source.includes('module.exports = {') ? 'unknown' : new Set(['default', ...names]);
  return new Set([...names, ...[...listed.matchAll(/(?:^|,)\s*([\p{L}\p{N}_$]+)/gu)].map(([, name = '']) => name)]);
}
