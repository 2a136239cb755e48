/** The steps that deliver a callback. */
import { LOOPBACK_HOST } from '../../workflows/contract';
import type { Attempt, Notice } from '../../workflows/contract';
import { createEgress } from '../egress/egress';
import { step } from '../step';
import { createWebhooks } from './deliver';
import type { WebhooksConfig } from './deliver';

export interface WebhookSteps {
  /** Asks the receiver at `url` to prove that it expects callbacks. */
  challengeWebhook(url: string): Promise<Attempt>;
  /** Sends the notice of a job's end. */
  sendWebhook(notice: Notice): Promise<Attempt>;
}

export function createWebhookSteps(config: WebhooksConfig): WebhookSteps {
  const local = config.allowedHosts.filter((host) => LOOPBACK_HOST.test(host));
  const webhooks = createWebhooks(config, createEgress({ allow: local }));
  return {
    challengeWebhook: step((url: string, { signal }) => webhooks.challenge(url, signal)),
    sendWebhook: step((notice: Notice, { signal }) => webhooks.send(notice, signal)),
  };
}
