/** Standard Webhooks signatures, under a secret for each receiving host: what one receiver knows forges nothing for another. */
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** Derives the secret of a receiver from a master. `host` as it stands in a URL, with its port unless that is 443. */
function secretOf(master: string, host: string): Buffer {
  return createHmac('sha256', master).update(host).digest();
}

/** The same in the form that receivers are given. */
export function shownSecretOf(master: string, host: string): string {
  return `whsec_${secretOf(master, host).toString('base64')}`;
}

/**
 * The headers of one message, signed now.
 *
 * @param masters - the present one, and during a rotation the one before
 */
export function signedHeaders(
  masters: readonly string[],
  host: string,
  id: string,
  body: string,
): Readonly<Record<string, string>> {
  const now = new Date();
  const signatures = masters.map((master) =>
    new Webhook(secretOf(master, host), { format: 'raw' }).sign(id, now, body),
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
  };
}
