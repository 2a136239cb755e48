/** What the project's own TypeScript says of its types: `holdfast check` tells it with all else that is wrong. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Project } from '../../project/discover';
import type { Mistake } from '../../project/mistake';

/** Longest output that is read, bytes. */
const SAID_MAX = 16 * 1024 * 1024;

/** Checks the types of a project. There is nothing to say where it has no tsconfig.json, or no TypeScript is installed. */
export async function typeMistakes({ root }: Project): Promise<readonly Mistake[]> {
  const compiler = existsSync(join(root, 'tsconfig.json')) ? compilerOf(root) : undefined;
  if (compiler === undefined) return [];
  const { failed, said } = await new Promise<{ failed: boolean; said: string }>((resolve) => {
    const args = [compiler, '--noEmit', '--pretty', 'false'];
    execFile(process.execPath, args, { cwd: root, maxBuffer: SAID_MAX }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, said: stdout + stderr }),
    );
  });
  const found = said.split('\n').flatMap((line): Mistake[] => {
    const [, file, at, sentence] = /^(?:(.+?)\((\d+),\d+\): )?error TS\d+: (.*)$/.exec(line) ?? [];
    if (sentence === undefined) return [];
    return [{ file: file ?? 'tsconfig.json', ...(at !== undefined && { line: Number(at) }), sentence }];
  });
  // What is not understood is said as it came.
  return failed && found.length === 0 ? [{ file: 'tsconfig.json', sentence: `tsc failed: ${said.trim()}` }] : found;
}

function compilerOf(root: string): string | undefined {
  try {
    return createRequire(join(root, 'package.json')).resolve('typescript/bin/tsc');
  } catch {
    return undefined;
  }
}
