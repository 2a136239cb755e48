/** A caller as an operator names one: `<tenant>/<subject>`. */
import { BadSetting } from '../config/file';
import type { Caller } from '../workflows/contract';

/** @throws BadSetting when the text is not of that form. A tenant holds no slash, a subject may */
export function callerNamed(who: string): Caller {
  const [, tenant, subject] = /^([^/]+)\/(.+)$/s.exec(who) ?? [];
  if (tenant === undefined || subject === undefined)
    throw new BadSetting('Name the caller as <tenant>/<subject>, as gateway.keys has them: acme/alice.');
  return { tenant, subject };
}
