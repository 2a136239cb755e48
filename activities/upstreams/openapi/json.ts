/** Reads JSON of unknown shape, as strangers' documents are: what is not as expected counts as absent. */
import type { Given as Node } from '../../../workflows/upstream-contract';
import { isGiven as isNode } from '../given';

export { isNode };
export type { Node };

export const nodeOf = (value: unknown): Node => (isNode(value) ? value : {});

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const flagOf = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** An own property: a document may name one `__proto__` or `constructor`. */
export const ownOf = (node: Node, key: string): unknown => (Object.hasOwn(node, key) ? node[key] : undefined);

/** Entries made into an object, where `__proto__` is a name as any other. */
export const nodeFrom = <T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> =>
  Object.fromEntries(entries);
