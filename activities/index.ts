/** Every step that a worker of this project can run. The names are wire formats: jobs in flight ask for them. */
import { egressWith } from './egress';
import type { EgressConfig } from './egress';
import { repositorySteps } from './repository/steps';
import type { RepositoryConfig } from './repository/clones';
import type { ModelConfig } from './research/model';
import { researchSteps } from './research/steps';
import { sourceSteps } from './sources/steps';
import type { SourcesConfig } from './sources/sources';
import type { WebhooksConfig } from './webhooks/deliver';
import { webhookSteps } from './webhooks/steps';

export interface ActivitiesConfig {
  /** For the sources. Their hits lead wherever a stranger wants, so pages are read from the public internet alone. */
  readonly egress: EgressConfig;
  readonly repository: RepositoryConfig;
  readonly sources: SourcesConfig;
  /** The language model of deep_research, if there is one. */
  readonly model?: ModelConfig | undefined;
  readonly webhooks: WebhooksConfig;
}

export type Activities = ReturnType<typeof createActivities>;

export function createActivities(config: ActivitiesConfig) {
  const egress = egressWith(config.egress);
  const pages = egressWith({ allow: [] });
  return {
    ...repositorySteps(config.repository),
    ...sourceSteps({ egress, pages, ...config.sources }),
    ...webhookSteps(config.webhooks),
    ...researchSteps({ egress: pages, model: config.model, folders: config.sources.folders ?? [] }),
  };
}
