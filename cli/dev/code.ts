/** The code that a stack runs: a copy, so that a build beside it does not change what is started again. */
import { cpSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../root';

/** Two thirds of the files: compilers and debuggers read them, and no process of a stack. */
const UNREAD = /\.(d\.ts|map)$/;

/**
 * Copies the compiled code of a checkout into the data directory. An installed package is used as it is: nobody builds it.
 *
 * @returns the folder of the code, laid out as `dist/` is
 */
export function holdCode(dataDir: string): string {
  const root = packageRoot();
  const dist = join(root, 'dist');
  if (!existsSync(join(root, 'tsconfig.build.json'))) return dist;
  const held = join(dataDir, 'running');
  rmSync(held, { recursive: true, force: true });
  cpSync(dist, join(held, 'dist'), { recursive: true, filter: (path) => !UNREAD.test(path) });
  // The data directory may lie anywhere, and the copy has to find its packages.
  symlinkSync(join(root, 'node_modules'), join(held, 'node_modules'), 'junction');
  return join(held, 'dist');
}
