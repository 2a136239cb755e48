/** Compiles a project for a command, and says what is wrong with it. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../project/compile';
import type { Built, Compiled } from '../../project/compile';
import type { Project } from '../../project/discover';
import { lineOf } from '../../project/mistake';
import { isAlive } from '../dev/record';
import type { Say } from '../say';

/** Compilations of this process that stay although nobody is known to use them: a process may just be reading one. */
const KEPT = 4;

let made = 0;

/**
 * Compiles into a new folder below `.holdfast/`, where the project's packages are found.
 *
 * @param inUse - the folders of earlier compilations that processes of this one run, which stay
 * @param timePasses - whether a test may have the time of its jobs pass
 */
export async function compileAnew(
  project: Project,
  inUse: ReadonlySet<string> = new Set(),
  timePasses = false,
): Promise<Compiled> {
  const all = join(project.root, '.holdfast', 'build');
  mkdirSync(all, { recursive: true });
  const unused = readdirSync(all)
    .sort()
    .filter((name) => !inUse.has(join(all, name)) && !isOfAnother(name));
  for (const name of unused.slice(0, -KEPT)) rmSync(join(all, name), { recursive: true, force: true });
  made += 1;
  return compile(project, join(all, `${Date.now()}-${process.pid}-${made}`), timePasses);
}

/** Whether another process made a compilation, and lives: it knows what it needs of that. */
function isOfAnother(name: string): boolean {
  const pid = Number(name.split('-')[1]);
  return pid !== process.pid && isAlive(pid);
}

/** What was built; undefined after its mistakes were told. */
export function builtOrTold({ built, mistakes }: Compiled, say: Say): Built | undefined {
  for (const mistake of mistakes) say(lineOf(mistake));
  if (mistakes.length > 0) say(mistakes.length === 1 ? '1 mistake.' : `${mistakes.length} mistakes.`);
  return built;
}

/** The environment, as if it named the project's settings; where it names a file, that counts. */
export const settledBy = ({ settings }: Built, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  env['HOLDFAST_CONFIG'] ? env : { ...env, HOLDFAST_CONFIG: settings };
