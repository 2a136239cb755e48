/** JSON of which nothing is known yet, as upstreams give it. */
import type { Given } from '../../workflows/upstream-contract';

/** Whether it is an object that is no array. */
export function isGiven(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under `name`; an empty one where there is none. */
export function givenIn(value: unknown, name: string): Given {
  const inner = isGiven(value) ? value[name] : undefined;
  return isGiven(inner) ? inner : {};
}

/** The objects of the list under `name`; none where there is no list. */
export function listIn(value: Given, name: string): readonly unknown[] {
  const inner = value[name];
  return Array.isArray(inner) ? inner : [];
}
