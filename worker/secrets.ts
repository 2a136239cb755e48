/** What is secret in the worker's configuration: it stands in the environment, never in a file. */
import { BadSetting } from '../config/file';

const SECRET_MIN = 32;

/** What the variable `name` holds. @throws BadSetting when a setting names it and it is not set */
export function secretIn(env: NodeJS.ProcessEnv, setting: string, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const secret = env[name];
  if (!secret) throw new BadSetting(`${setting} names ${name}, which is not set.`);
  return secret;
}

/** What messages to receivers are signed with: the present secret, and the one before it while receivers change over. */
export function webhookSecrets(present = '', old: string | undefined): readonly string[] {
  const secrets = old === undefined ? [present] : [present, old];
  if (secrets.every(({ length }) => length >= SECRET_MIN)) return secrets;
  throw new BadSetting(
    `worker.webhooks.allowed_hosts names receivers: HOLDFAST_WEBHOOK_SECRET (and HOLDFAST_WEBHOOK_SECRET_OLD, if set) must hold at least ${SECRET_MIN} characters, the same for every worker. Make one with: openssl rand -hex 32`,
  );
}
