/** The one name that gets lost: what copies an object takes `__proto__` for its prototype, and not for a member. */
const LOST = '__proto__';
/** A text without a match holds no such name: in JSON it is written as it is, or with escapes. */
const SUSPECT = /__|\\u/;

/**
 * Says that a member has that name, and what to do; undefined if none has.
 *
 * @param text - JSON
 * @param value - what JSON.parse has made of it, which does keep the name
 */
export function lostNameIn(text: string, value: unknown): string | undefined {
  if (!SUSPECT.test(text)) return undefined; // as nearly all are
  const values = [value];
  for (const at of values) {
    if (typeof at !== 'object' || at === null) continue;
    if (Object.hasOwn(at, LOST)) return `A member is named ${LOST}, which would get lost here. Give it another name.`;
    for (const inner of Object.values(at) as unknown[]) values.push(inner);
  }
  return undefined;
}
