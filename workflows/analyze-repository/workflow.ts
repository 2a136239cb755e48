/** How a repository is analyzed: five steps, each of which leaves its findings behind for a caller who cannot wait. */
import { job } from '../job';
import type { Activities } from '../../activities';
import type { analyzeRepository as tool } from './tool';

type Steps = Pick<Activities, 'fetchRepository' | 'takeInventory' | 'readDependencies' | 'readHistory' | 'writeReport'>;

export const analyzeRepository = job<typeof tool>(async ({ url, ref }, job) => {
  const steps = job.steps<Steps>();
  job.progress({ total: 5 });

  const repository = await job.step('Fetching the repository', () => steps.fetchRepository({ url, ref }));
  job.partial({ repository });

  const inventory = await job.step('Listing files', () => steps.takeInventory(repository));
  job.partial({ repository, inventory });

  const dependencies = await job.step('Reading dependencies', () => steps.readDependencies(repository));
  job.partial({ repository, inventory, dependencies });

  const history = await job.step('Reading the history', () => steps.readHistory(repository));
  const findings = { repository, inventory, dependencies, history };
  job.partial(findings);

  const report = await job.step('Writing the report', () => steps.writeReport(findings));
  return { ...findings, report };
});
