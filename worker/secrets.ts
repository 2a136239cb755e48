/** The secrets of the worker's configuration. They come from the environment, never from a file. */
import { BadSetting } from '../config/file';

/** Shortest secret, characters. */
const SECRET_MIN = 32;

/**
 * The value of the environment variable that a setting names.
 *
 * @param setting - the path of the setting, for the message
 * @param name - the variable; undefined when the setting is absent
 * @throws BadSetting when the variable is not set
 */
export function secretIn(env: NodeJS.ProcessEnv, setting: string, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const secret = env[name];
  if (!secret) throw new BadSetting(`${setting} names ${name}, which is not set.`);
  return secret;
}

/**
 * The master secrets that callbacks are signed with: the present one and, while receivers change over, the one before.
 *
 * @throws BadSetting when one is missing or too short
 */
export function webhookSecrets(present = '', old: string | undefined): readonly string[] {
  const secrets = old === undefined ? [present] : [present, old];
  if (secrets.every(({ length }) => length >= SECRET_MIN)) return secrets;
  throw new BadSetting(
    `worker.webhooks.allowed_hosts names receivers: HOLDFAST_WEBHOOK_SECRET (and HOLDFAST_WEBHOOK_SECRET_OLD, if set) must hold at least ${SECRET_MIN} characters, the same for every worker. Make one with: openssl rand -hex 32`,
  );
}
