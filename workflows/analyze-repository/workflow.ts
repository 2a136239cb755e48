/** How a repository is analyzed: in five steps. What each finds is kept, so that a caller who cannot wait gets it. */
import { job } from '../job';
import type { Activities } from '../../activities';
import type { Findings, analyzeRepository as tool } from './tool';

type Steps = Pick<Activities, 'fetchRepository' | 'takeInventory' | 'readDependencies' | 'readHistory' | 'writeReport'>;

export const analyzeRepository = job<typeof tool, Partial<Findings>>(async ({ url, ref }, job) => {
  const steps = job.steps<Steps>();
  const found = { ...job.earlier };
  job.progress({ total: 5, done: Object.keys(found).length });

  found.repository ??= await job.step('Fetching the repository', () => steps.fetchRepository({ url, ref }));
  const { repository } = found;
  job.partial(found);

  found.inventory ??= await job.step('Listing files', () => steps.takeInventory(repository));
  job.partial(found);

  found.dependencies ??= await job.step('Reading dependencies', () => steps.readDependencies(repository));
  job.partial(found);

  found.history ??= await job.step('Reading the history', () => steps.readHistory(repository));
  job.partial(found);

  const { inventory, dependencies, history } = found;
  const findings = { repository, inventory, dependencies, history };
  const report = await job.step('Writing the report', () => steps.writeReport(findings));
  return { ...findings, report };
});
