/** Secrets: each comes from an environment variable, or from the file that the variable of the same name with `_FILE` behind it names. */
import { readFileSync } from 'node:fs';
import { BadSetting } from './file';

/**
 * A secret; undefined where neither variable is set. An empty variable counts as none, since Compose passes on what is not set so.
 *
 * @param name - the variable, such as HOLDFAST_SECRET; it goes before its file
 * @throws BadSetting when the file cannot be read, or is empty
 */
export function secretAt(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const [value, path] = [env[name], env[`${name}_FILE`]];
  if (value || !path) return value || undefined;
  let secret: string;
  try {
    secret = readFileSync(path, 'utf8').trim();
  } catch {
    throw new BadSetting(`${name}_FILE names ${path}, which cannot be read. Correct the path, or unset it.`);
  }
  if (secret === '') throw new BadSetting(`${name}_FILE names ${path}, which is empty.`);
  return secret;
}
