/** Commands as a person may paste them where they are. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from './root';

/** The text in quotes, so that a shell takes it for one word. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** How this program is called from the folder `from`: npx finds it in the checkout and in `node_modules`, yarn where it keeps no such folder. */
export function holdfastFrom(from: string): string {
  if (existsSync(join(from, '.pnp.cjs'))) return 'yarn holdfast';
  const root = packageRoot();
  const here = !relative(root, from).startsWith('..') || existsSync(join(from, 'node_modules', '.bin', 'holdfast'));
  return here ? 'npx holdfast' : `node ${quoted(join(root, 'cli', 'holdfast.mjs'))}`;
}
