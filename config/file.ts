/** Reads a file of settings. */
import { readFileSync } from 'node:fs';
import { YAMLError, parse } from 'yaml';
import type { z } from 'zod';

/** A setting that cannot be used. The message names it and says what it must be. */
export class BadSetting extends Error {
  override name = 'BadSetting';
}

/**
 * Reads a configuration file.
 *
 * @param path - what HOLDFAST_CONFIG says; undefined: as if the file were empty
 * @throws BadSetting when the file cannot be read, is not YAML, or does not fit `schema`
 */
export function fileAt<T extends z.ZodType>(schema: T, path: string | undefined): z.output<T> {
  return path === undefined ? schema.parse({}) : parsed(schema, yamlAt(path) ?? {}, path);
}

/**
 * Parses settings.
 *
 * @param where - where they are, for the message
 * @throws BadSetting that names every wrong setting
 */
export function parsed<T extends z.ZodType>(schema: T, value: unknown, where: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) =>
    [path.map(String).join('.'), message].filter(Boolean).join(': '),
  );
  throw new BadSetting(`${where}: ${problems.join('; ')}. holdfast.yaml shows every setting.`);
}

function yamlAt(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new BadSetting(`HOLDFAST_CONFIG names ${path}, which cannot be read. Correct the path, or unset it.`);
  }
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLError)) throw error;
    const [problem = ''] = error.message.split('\n', 1); // the lines after it show the place in the file
    throw new BadSetting(`HOLDFAST_CONFIG names ${path}, which is not YAML: ${problem.replace(/:$/, '')}.`);
  }
}
