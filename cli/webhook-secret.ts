/** `holdfast webhook-secret`: the secret that the operator of a receiver is given. */
import { shownSecretOf } from '../activities/webhooks/sign';
import { BadSetting } from '../config/file';
import { Host } from '../config/host';
import type { DevConfig } from './config';

/**
 * The secret of a receiving host.
 *
 * @throws BadSetting when the host is not written as in the configuration, or HOLDFAST_WEBHOOK_SECRET is missing or too short
 */
export function webhookSecret({ webhookSecret: master = '' }: Pick<DevConfig, 'webhookSecret'>, host: string): string {
  if (master.length < 32)
    throw new BadSetting('Set HOLDFAST_WEBHOOK_SECRET as the workers have it: 32 characters or more.');
  const { error } = Host.safeParse(host);
  if (error)
    throw new BadSetting(
      `The host must be written as in worker.webhooks.allowed_hosts: ${error.issues.map(({ message }) => message).join('; ')}.`,
    );
  return shownSecretOf(master, host);
}
