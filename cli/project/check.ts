/** `holdfast check` in a project: every mistake with its line, and what is offered. */
import type { Project } from '../../project/discover';
import type { Say } from '../say';
import { builtOrTold, compileAnew } from './compiled';

/** Returns 0 when gateways and workers would start, 1 when not. */
export async function checkProject(project: Project, say: Say): Promise<number> {
  const built = builtOrTold(await compileAnew(project), say);
  if (!built) return 1;
  say(`Tools: ${built.names.length === 0 ? 'none' : built.names.join(', ')}.`);
  return 0;
}
