/** Every step that a worker of this project can run. Their names are wire formats: running jobs ask for them by name. */
import { createEgress } from './egress/egress';
import type { EgressConfig } from './egress/egress';
import { createRepositorySteps } from './repository/steps';
import type { RepositorySteps } from './repository/steps';
import type { RepositoryConfig } from './repository/clones';
import type { ModelConfig } from './research/model';
import { createResearchSteps } from './research/steps';
import type { ResearchSteps } from './research/steps';
import { createSourceSteps } from './sources/steps';
import type { SourceSteps } from './sources/steps';
import type { SourcesConfig } from './sources/sources';
import { createUpstreamSteps } from './upstreams/steps/steps';
import type { UpstreamSteps, UpstreamStepsNeeds } from './upstreams/steps/steps';
import type { WebhooksConfig } from './webhooks/deliver';
import { createWebhookSteps } from './webhooks/steps';
import type { WebhookSteps } from './webhooks/steps';

export { failure } from './failure';
export { createUpstreams } from './upstreams/steps/upstreams';
export type { Upstreams } from './upstreams/steps/upstreams';
export type { AskJob, IsJobOver } from './upstreams/steps/steps';
export { createForeignSteps } from './foreign/steps';
export type { Described, Ended, Handled, Workflows } from './foreign/workflows';

export interface ActivitiesConfig {
  /** For requests to the sources. Pages are only read from the public internet, since strangers choose where the hits lead. */
  readonly egress: EgressConfig;
  readonly repository: RepositoryConfig;
  readonly sources: SourcesConfig;
  /** The language model of deep_research; absent: none. */
  readonly model?: ModelConfig | undefined;
  readonly webhooks: WebhooksConfig;
  /** The MCP servers and HTTP APIs that are called; absent: none. */
  readonly upstreams?: UpstreamStepsNeeds;
}

/** The steps: each method is an activity of that name. */
export interface Activities extends RepositorySteps, SourceSteps, WebhookSteps, ResearchSteps, UpstreamSteps {}

const NO_UPSTREAMS: UpstreamStepsNeeds = {
  upstreams: { get: () => undefined },
  askJob: () => Promise.resolve({ refused: 'There is nobody to ask.' }),
  isJobOver: () => Promise.resolve(false),
  log: { info: () => undefined, warn: () => undefined },
};

export function createActivities(config: ActivitiesConfig): Activities {
  const egress = createEgress(config.egress);
  const pages = createEgress({ allow: [] });
  return {
    ...createRepositorySteps(config.repository),
    ...createSourceSteps({ egress, pages, ...config.sources }),
    ...createWebhookSteps(config.webhooks),
    ...createUpstreamSteps(config.upstreams ?? NO_UPSTREAMS),
    ...createResearchSteps({ egress: pages, model: config.model, folders: config.sources.folders ?? [] }),
  };
}
