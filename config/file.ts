/** holdfast.yaml: one file, of which every process reads its own part. */
import { readFileSync } from 'node:fs';
import { YAMLError, parse } from 'yaml';
import type { z } from 'zod';

/** A setting that cannot be used. The message says which, and what it wants. */
export class BadSetting extends Error {
  override name = 'BadSetting';
}

/**
 * Reads the file that HOLDFAST_CONFIG names; an empty one when it names none.
 *
 * @throws BadSetting when it cannot be read, is not YAML, or does not fit `schema`
 */
export function fileAt<T extends z.ZodType>(schema: T, path: string | undefined): z.output<T> {
  return path === undefined ? schema.parse({}) : parsed(schema, yamlAt(path) ?? {}, path);
}

/** Parses settings. @throws BadSetting with all that is wrong, and `where` */
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
    const [problem = ''] = error.message.split('\n', 1); // after it, the parser draws a picture over many lines
    throw new BadSetting(`HOLDFAST_CONFIG names ${path}, which is not YAML: ${problem.replace(/:$/, '')}.`);
  }
}
