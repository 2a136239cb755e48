/** `holdfast test`: the project's own runner, or else Node's, which is given the tests compiled. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Project } from '../../project/discover';

const TEST = /\.test\.[cm]?[jt]s$/;
const NOT_OURS = /^(node_modules|dist|\..*)$/;

/** Returns the exit code of the runner. */
export async function testProject(project: Project, args: readonly string[]): Promise<number> {
  const { root } = project;
  const bin = (name: string): string => join(root, 'node_modules', '.bin', name);
  if (existsSync(bin('vitest'))) return run(bin('vitest'), ['run', ...args], root);
  if (existsSync(bin('jest'))) return run(bin('jest'), args, root);
  const tests = testsIn(root);
  if (tests.length === 0) {
    console.error('There are no tests: files are found whose names end in .test.ts or .test.js.');
    return 1;
  }
  const isNamed = (arg: string): boolean => tests.includes(resolve(arg));
  const named = args.filter(isNamed).map((arg) => resolve(arg));
  const chosen = named.length > 0 ? named : tests;
  const outdir = join(root, '.holdfast', 'test');
  rmSync(outdir, { recursive: true, force: true });
  const ending = project.modules === 'esm' ? '.mjs' : '.cjs';
  await build({
    entryPoints: chosen,
    absWorkingDir: root,
    outdir,
    outbase: root,
    outExtension: { '.js': ending },
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: project.modules,
    sourcemap: 'inline',
    logLevel: 'error',
  });
  const compiled = chosen.map((path) => join(outdir, relative(root, path).replace(/\.[cm]?[jt]s$/, ending)));
  return run(
    process.execPath,
    ['--enable-source-maps', '--test', ...args.filter((arg) => !isNamed(arg)), ...compiled],
    root,
  );
}

const testsIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return testsIn(path);
      return TEST.test(entry.name) ? [path] : [];
    });

async function run(command: string, args: readonly string[], cwd: string): Promise<number> {
  const child = spawn(command, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
