/** The steps of a callback's delivery. */
import { LOOPBACK_HOST } from '../../workflows/contract';
import type { Notice } from '../../workflows/contract';
import { egressWith } from '../egress';
import { step } from '../step';
import { webhooksWith } from './deliver';
import type { WebhooksConfig } from './deliver';

export type WebhookSteps = ReturnType<typeof webhookSteps>;

export function webhookSteps(config: WebhooksConfig) {
  const local = config.allowedHosts.filter((host) => LOOPBACK_HOST.test(host));
  const webhooks = webhooksWith(config, egressWith({ allow: local }));
  return {
    challengeWebhook: step((url: string, { signal }) => webhooks.challenge(url, signal)),
    sendWebhook: step((notice: Notice, { signal }) => webhooks.send(notice, signal)),
  };
}
