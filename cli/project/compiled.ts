/** Compiles a project for a command, and says what is wrong with it. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../project/compile';
import type { Built, Compiled } from '../../project/compile';
import type { Project } from '../../project/discover';
import { lineOf } from '../../project/mistake';
import type { Say } from '../say';

/** Compilations that stay: processes are started again from the last one, and may just be reading the one before. */
const KEPT = 4;

let made = 0;

/**
 * Compiles into a new folder below `.holdfast/`, where the project's packages are found.
 *
 * @param running - the folder of an earlier compilation that processes are started from, which stays, too
 * @param timePasses - whether a test may have the time of its jobs pass
 */
export async function compileAnew(project: Project, running?: string, timePasses = false): Promise<Compiled> {
  const all = join(project.root, '.holdfast', 'build');
  mkdirSync(all, { recursive: true });
  const old = readdirSync(all).sort().slice(0, -KEPT);
  for (const path of old.map((name) => join(all, name)))
    if (path !== running) rmSync(path, { recursive: true, force: true });
  made += 1;
  return compile(project, join(all, `${Date.now()}-${process.pid}-${made}`), timePasses);
}

/** What was built; undefined after its mistakes were told. */
export function builtOrTold({ built, mistakes }: Compiled, say: Say): Built | undefined {
  for (const mistake of mistakes) say(lineOf(mistake));
  if (mistakes.length > 0) say(mistakes.length === 1 ? '1 mistake.' : `${mistakes.length} mistakes.`);
  return built;
}
