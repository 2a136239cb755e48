/** The settings that a command goes by which looks at a deployment. */
import type { Project } from '../project/discover';
import type { StackRecord } from './dev/record';

/**
 * The environment as if it named the settings of what runs here. What it names itself counts first, and then the files that the stack
 * was started with; a project has its own.
 *
 * @param record - the stack that is looked at; undefined: none that runs here
 * @returns undefined when the project has mistakes
 */
export async function settingsHere(
  env: NodeJS.ProcessEnv,
  record: Pick<StackRecord, 'files'> | undefined,
  project: Project | undefined,
): Promise<NodeJS.ProcessEnv | undefined> {
  const { config, mcpServers } = record?.files ?? {};
  const named = {
    ...env,
    HOLDFAST_CONFIG: env['HOLDFAST_CONFIG'] || config,
    HOLDFAST_MCP_SERVERS: env['HOLDFAST_MCP_SERVERS'] || mcpServers,
  };
  if (!project || named.HOLDFAST_CONFIG) return named;
  const { compileAnew, settledBy } = await import('./project/compiled.js');
  const { built } = await compileAnew(project);
  return built && settledBy(built, named);
}
