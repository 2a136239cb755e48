/** The secrets of the worker's configuration. They never stand in holdfast.yaml itself. */
import { BadSetting } from '../config/file';
import { secretAt } from '../config/secret';
import { isGuessable } from '../config/weak';

/** Shortest secret, characters. */
const SECRET_MIN = 32;

/**
 * The secret in the environment variable that a setting names, or in the file that the variable with `_FILE` behind its name names.
 *
 * @param setting - the path of the setting, for the message
 * @param name - the variable; undefined when the setting is absent
 * @throws BadSetting when neither is set
 */
export function secretIn(env: NodeJS.ProcessEnv, setting: string, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const secret = secretAt(env, name);
  if (secret === undefined) throw new BadSetting(`${setting} names ${name}, which is not set, nor is ${name}_FILE.`);
  return secret;
}

/**
 * The master secrets that callbacks are signed with: the present one and, while receivers change over, the one before.
 *
 * @throws BadSetting when one is missing or too short, or the present one can be guessed
 */
export function webhookSecrets(present = '', old: string | undefined): readonly string[] {
  const secrets = old === undefined ? [present] : [present, old];
  if (present.length >= SECRET_MIN && isGuessable(present))
    throw new BadSetting(
      'HOLDFAST_WEBHOOK_SECRET has so little variety that it can be guessed. Make one with: openssl rand -hex 32. Until receivers know it, this one may stand in HOLDFAST_WEBHOOK_SECRET_OLD.',
    );
  if (secrets.every(({ length }) => length >= SECRET_MIN)) return secrets;
  throw new BadSetting(
    `worker.webhooks.allowed_hosts names receivers: HOLDFAST_WEBHOOK_SECRET or HOLDFAST_WEBHOOK_SECRET_FILE (and HOLDFAST_WEBHOOK_SECRET_OLD, if set) must hold at least ${SECRET_MIN} characters, the same for every worker. Make one with: openssl rand -hex 32`,
  );
}
