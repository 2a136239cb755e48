/** `holdfast check` in a project: every mistake with its line, and what is offered. */
import type { Project } from '../../project/discover';
import type { Mistake } from '../../project/mistake';
import type { Say } from '../say';
import { builtOrTold, compileAnew } from './compiled';
import { typeMistakes } from './types';

/** Returns 0 when gateways and workers would start and all types fit, 1 when not. */
export async function checkProject(project: Project, say: Say): Promise<number> {
  const [compiled, types] = await Promise.all([compileAnew(project), typeMistakes(project)]);
  const isTold = ({ file, line }: Mistake): boolean =>
    compiled.mistakes.some((mistake) => mistake.file === file && mistake.line === line);
  const mistakes = [...compiled.mistakes, ...types.filter((mistake) => !isTold(mistake))];
  const built = builtOrTold({ ...compiled, mistakes }, say);
  if (!built || mistakes.length > 0) return 1;
  say(`Tools: ${built.names.length === 0 ? 'none' : built.names.join(', ')}.`);
  return 0;
}
