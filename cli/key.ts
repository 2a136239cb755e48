/** `holdfast key new`: an API key, and the entry of the configuration that lets its holder in. */
import { createHash, randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import { parsed } from '../config/file';
import { Key } from '../config/gateway';
import { callerNamed } from './caller';

/**
 * Makes a key. It is nowhere but in what is returned.
 *
 * @param who - `<tenant>/<subject>`
 * @param expires - the last day on which the key counts, as 2027-01-31
 * @returns what is printed: the key, and the YAML entry with its hash
 * @throws BadSetting when the caller, or the day, cannot stand in the configuration
 */
export function newKey(who: string, expires?: string): string {
  const key = `hf_${randomBytes(32).toString('hex')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  const entry = parsed(Key, { sha256, ...callerNamed(who), expires }, who);
  return [
    'The key, shown once:',
    '',
    `  ${key}`,
    '',
    'Its entry in gateway.keys of holdfast.yaml:',
    '',
    stringify({ keys: [entry] }, { indentSeq: true })
      .split('\n')
      .map((line) => `  ${line}`.trimEnd())
      .join('\n')
      .trimEnd(),
  ].join('\n');
}
