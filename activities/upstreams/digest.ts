/** Digests of what an upstream says, by which a change of it is seen. */
import { createHash } from 'node:crypto';
import { canonical } from '../../workflows/canonical';

/** SHA-256 of the canonical JSON of `value`, hex: the order of keys does not count. */
export function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(canonical(value ?? null))
    .digest('hex');
}
