/** Wrong settings: what is wrong, where it stands, and the one error that tells all of them. */
import type { z } from 'zod';

/** Where something stands in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong in a file. */
export interface Problem {
  readonly file: string;
  /** Such as `gateway.keys.0`; empty: the file as a whole. */
  readonly setting: string;
  readonly message: string;
  readonly place?: Place;
}

/** A setting that cannot be used. The message names it and says what it must be. */
export class BadSetting extends Error {
  override name = 'BadSetting';

  /**
   * @param problems - each of what is wrong, where that is in a file
   * @param files - paths of all files that were looked at, those that are missing included; absent: that is not known
   */
  constructor(
    message: string,
    readonly problems: readonly Problem[] = [],
    readonly files?: readonly string[],
  ) {
    super(message);
  }
}

/** One thing that does not fit. */
export interface Misfit {
  readonly setting: readonly PropertyKey[];
  /** What shows the place best: a name that is not known, inside of `setting`. */
  readonly at: readonly PropertyKey[];
  readonly message: string;
}

/** What came of a check: a value, or every misfit. */
export type Fitted<T> =
  { readonly fits: true; readonly data: T } | { readonly fits: false; readonly misfits: readonly Misfit[] };

/** Checks a value. */
export function fitted<T extends z.ZodType>(schema: T, value: unknown): Fitted<z.output<T>> {
  const result = schema.safeParse(value);
  return result.success
    ? { fits: true, data: result.data }
    : { fits: false, misfits: result.error.issues.flatMap(misfitsOf) };
}

function misfitsOf(issue: z.core.$ZodIssue): Misfit[] {
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ setting: path, at: [...path, key], message: `Unrecognized key: "${key}"` }));
  const inner = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  return [{ setting: path, at: path, message: inner ?? message }];
}

/** Misfits as the problems of a file. */
export const problemsAt = (
  misfits: readonly Misfit[],
  { path, placeOf }: { readonly path: string; readonly placeOf: (setting: readonly PropertyKey[]) => Place },
): Problem[] =>
  misfits.map(({ setting, at, message }) => ({ file: path, setting: dotted(setting), message, place: placeOf(at) }));

/**
 * Parses settings.
 *
 * @param where - where they are, for the message
 * @throws BadSetting that names every wrong setting
 */
export function parsed<T extends z.ZodType>(schema: T, value: unknown, where: string): z.output<T> {
  const result = fitted(schema, value);
  if (result.fits) return result.data;
  throw badSettings(result.misfits.map(({ setting, message }) => ({ file: where, setting: dotted(setting), message })));
}

/** All problems as one error. `files`: those that were looked at. */
export function badSettings(problems: readonly Problem[], files?: readonly string[]): BadSetting {
  const told = [...new Set(problems.map(({ file }) => file))].map((file) => {
    const said = problems
      .filter((problem) => problem.file === file)
      .map(({ setting, message }) => [setting, message].filter(Boolean).join(': '));
    return `${file}: ${said.join('; ')}.`;
  });
  return new BadSetting(`${told.join(' ')} holdfast.yaml shows every setting.`, problems, files);
}

/** A setting's path as people write it. */
export const dotted = (setting: readonly PropertyKey[]): string => setting.map(String).join('.');
