/** JSON values of which nothing is known yet. */

/** Whether it is an object that is no array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The record under `name`; an empty one where there is none. */
export function recordIn(record: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const inner = record[name];
  return isRecord(inner) ? inner : {};
}

/** Data as indented JSON, for a reader. */
export function json(value: unknown): string {
  return JSON.stringify(value ?? null, null, 2);
}
