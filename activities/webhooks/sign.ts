/** Standard Webhooks signatures. Every receiving host has its own secret, so no receiver can forge messages to another. */
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/**
 * Derives a receiver's secret from a master secret.
 *
 * @param host - as in a URL: with its port, unless that is 443
 */
function secretOf(master: string, host: string): Buffer {
  return createHmac('sha256', master).update(host).digest();
}

/** A receiver's secret in the form that its operator is given. */
export function shownSecretOf(master: string, host: string): string {
  return `whsec_${secretOf(master, host).toString('base64')}`;
}

/**
 * The headers of one message, signed now.
 *
 * @param masters - the present master secret and, during a rotation, the one before: there is a signature for each
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
