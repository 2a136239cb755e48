/** Names of tools, from what a document calls its operations. */
import { createHash } from 'node:crypto';

/** Longest name of a tool. */
const NAME_MAX = 64;
/** How much of a hash tells two names apart, hex digits. */
const HASH_LENGTH = 8;

export interface Named {
  readonly method: string;
  readonly path: string;
  readonly operationId?: string | undefined;
}

/**
 * A name for each operation, in their order. It follows from the operation's own words, so another operation, before it or after,
 * does not change it; where two would be the same, both get a hash of method and path, and none takes the other's place.
 */
export function namesOf(operations: readonly Named[]): string[] {
  const plain = operations.map(({ method, path, operationId = '' }) => {
    const name = nameIn(operationId);
    return name === '' ? nameIn(`${method}${path}`) : name;
  });
  const counts = new Map<string, number>();
  for (const name of plain) counts.set(name, (counts.get(name) ?? 0) + 1);
  return operations.map(({ method, path }, index) => {
    const name = plain[index] ?? '';
    if (counts.get(name) === 1 && name.length <= NAME_MAX) return name;
    const hash = createHash('sha256').update(`${method} ${path}`).digest('hex').slice(0, HASH_LENGTH);
    return `${name.slice(0, NAME_MAX - HASH_LENGTH - 1)}_${hash}`;
  });
}

/** What all clients take for a name: letters, digits, _ and -. */
export function nameIn(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]+/g, '_').replace(/^_+|_+$/g, '');
}

/** Names within one tool: what is taken gets a number behind it. */
export function createNames(taken: Iterable<string> = []): (wanted: string) => string {
  const used = new Set(taken);
  return (wanted) => {
    let name = wanted;
    for (let number = 2; used.has(name); number += 1) name = `${wanted}_${number}`;
    used.add(name);
    return name;
  };
}
