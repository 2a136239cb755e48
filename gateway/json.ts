/** JSON values of which nothing is known yet. */

/** Whether it is an object that is no array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Data as indented JSON, for a reader. */
export function json(value: unknown): string {
  return JSON.stringify(value ?? null, null, 2);
}
