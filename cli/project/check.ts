/** `holdfast check` in a project: every mistake with its line, and what is offered. */
import type { Project } from '../../project/discover';
import type { Say } from '../say';
import { builtOrTold, compileAnew } from './compiled';
import { typeMistakes } from './types';

/** Returns 0 when gateways and workers would start and all types fit, 1 when not. */
export async function checkProject(project: Project, say: Say): Promise<number> {
  const [{ mistakes, ...compiled }, types] = await Promise.all([compileAnew(project), typeMistakes(project)]);
  const others = types.filter(({ file, line }) => !mistakes.some((one) => one.file === file && one.line === line));
  const built = builtOrTold({ ...compiled, mistakes: [...mistakes, ...others] }, say);
  if (!built) return 1;
  say(`Tools: ${built.names.length === 0 ? 'none' : built.names.join(', ')}.`);
  return 0;
}
