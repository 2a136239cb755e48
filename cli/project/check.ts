/** `holdfast check` in a project: every mistake with its line, and what is offered. */
import { holdfastFile } from '../../config/holdfast';
import type { Project } from '../../project/discover';
import { lineOf } from '../../project/mistake';
import type { Mistake } from '../../project/mistake';
import { showOffered } from '../asked';
import { checkReached } from '../check';
import type { Say } from '../say';
import { builtOrTold, compileAnew, settledBy } from './compiled';
import { typeMistakes } from './types';

/**
 * Returns 0 when gateways and workers would start and all types fit, 1 when not.
 *
 * @param env - names a file of MCP servers, if there is one, and has what upstreams need
 * @param connect - whether upstreams are asked what they offer, too
 */
export async function checkProject(
  project: Project,
  env: NodeJS.ProcessEnv,
  connect: boolean,
  say: Say,
): Promise<number> {
  const [compiled, types] = await Promise.all([compileAnew(project), typeMistakes(project)]);
  const isTold = ({ file, line }: Mistake): boolean =>
    compiled.mistakes.some((mistake) => mistake.file === file && mistake.line === line);
  const mistakes = [...compiled.mistakes, ...types.filter((mistake) => !isTold(mistake))];
  const built = builtOrTold({ ...compiled, mistakes }, say);
  if (!built || mistakes.length > 0) return 1;
  for (const doubt of built.doubts) say(`! ${lineOf(doubt)}`);
  say(`Tools: ${built.names.length === 0 ? 'none' : built.names.join(', ')}.`);
  const settled = settledBy(built, env);
  const code = checkReached(settled, say);
  if (code !== 0 || !connect) return code;
  return showOffered(holdfastFile(settled).upstreams, settled, say, built.names);
}
