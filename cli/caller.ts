/** A caller as an operator names one: `<tenant>/<subject>`. */
import { BadSetting } from '../config/file';
import { holdfastFile } from '../config/holdfast';
import type { Caller } from '../workflows/contract';

/** @throws BadSetting when the text is not of that form. A tenant holds no slash, a subject may */
export function callerNamed(who: string): Caller {
  const [, tenant, subject] = /^([^/]+)\/(.+)$/s.exec(who) ?? [];
  if (tenant === undefined || subject === undefined)
    throw new BadSetting('Name the caller as <tenant>/<subject>, as gateway.keys has them: acme/alice.');
  return { tenant, subject };
}

/** Whether the configuration that the environment names has a key of the caller. */
export function hasKeyOf(caller: Caller, env: NodeJS.ProcessEnv): boolean {
  return holdfastFile(env).gateway.keys.some(
    ({ tenant, subject }) => tenant === caller.tenant && subject === caller.subject,
  );
}
