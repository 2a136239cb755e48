/** Who is calling: the holder of an API key, or the one local caller of a gateway that listens on loopback without keys. */
import { createHash } from 'node:crypto';
import type { Caller } from '../workflows/contract';
import type { GatewayConfig } from './config';

const LOCAL: Caller = { tenant: 'local', subject: 'local' };

/** Finds the caller from the `Authorization` header; undefined means 401. */
export type Authenticate = (authorization: string | undefined) => Caller | undefined;

/** Makes the check for the configured keys. A key is looked up by its hash, so its text is never compared or kept. */
export function authenticateWith(keys: GatewayConfig['keys']): Authenticate {
  if (keys.length === 0) return () => LOCAL;
  const callers = new Map<string, Caller>(keys.map(({ sha256, tenant, subject }) => [sha256, { tenant, subject }]));
  return (authorization) => {
    const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    return key === undefined ? undefined : callers.get(createHash('sha256').update(key).digest('hex'));
  };
}
