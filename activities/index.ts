/** Every step that a worker of this project can run. The names are wire formats: jobs in flight ask for them. */
import { repositorySteps } from './repository/steps';
import type { RepositoryConfig } from './repository/clones';

export interface ActivitiesConfig {
  readonly repository: RepositoryConfig;
}

export type Activities = ReturnType<typeof createActivities>;

export function createActivities(config: ActivitiesConfig) {
  return { ...repositorySteps(config.repository) };
}
