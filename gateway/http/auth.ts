/** Who is calling: the holder of an API key, or the one local caller of a gateway that listens on loopback without keys. */
import { createHash } from 'node:crypto';
import type { Caller } from '../../workflows/contract';
import type { GatewayConfig } from '../config';

const LOCAL: Caller = { tenant: 'local', subject: 'local' };

/** The caller, and what the operator has set for the key. */
export interface Grant {
  readonly caller: Caller;
  /** How long calls with this key wait, milliseconds. */
  readonly patienceMs?: number;
}

/** Finds the caller from the `Authorization` header; undefined means 401. */
export type Authenticate = (authorization: string | undefined) => Grant | undefined;

/** Makes the check for the configured keys. A key is looked up by its hash, so its text is never compared or kept. */
export function createAuthenticate(keys: GatewayConfig['keys']): Authenticate {
  if (keys.length === 0) return () => ({ caller: LOCAL });
  const grants = new Map<string, Grant>(
    keys.map(({ sha256, tenant, subject, patience }) => [
      sha256,
      { caller: { tenant, subject }, ...(patience !== undefined && { patienceMs: patience * 1000 }) },
    ]),
  );
  return (authorization) => {
    const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    return key === undefined ? undefined : grants.get(createHash('sha256').update(key).digest('hex'));
  };
}
