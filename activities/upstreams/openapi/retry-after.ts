/** How long an API asks to wait. */

/** Longest pause that an API may ask for, milliseconds. A longer one counts as this. */
const LONGEST_MS = 3_600_000;

/** In seconds or as a date; undefined when it does not say. */
export function retryAfterMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const wait = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_MS);
}
