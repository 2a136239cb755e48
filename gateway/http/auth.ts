/** Who is calling: the holder of an API key, or the one local caller of a gateway that listens on loopback without keys. */
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Caller } from '../../workflows/contract';
import { createAllowed } from '../allowed';
import type { Allowed } from '../allowed';
import type { GatewayConfig } from '../config';
import { createGuesses } from './guesses';

/** An expiry is noticed this late at most where the clock was set, or the machine slept. */
const LOOK_MS = 60_000;
const DAY_MS = 86_400_000;

/** The caller, and what the operator has set for the key. */
export interface Grant {
  readonly caller: Caller;
  /** How long calls with this key wait, milliseconds. */
  readonly patienceMs?: number;
  /** Which tools it may see and call; absent: all. */
  readonly allowed?: Allowed;
  /** Fires when the key counts no longer: it was taken out, or has expired. Absent: the local caller, who has none. */
  readonly over?: AbortSignal;
}

/**
 * Finds the caller from the `Authorization` header; undefined means 401.
 *
 * @param from - the address of the client
 * @throws Problem `guessing` when too many wrong keys came from that address
 */
export type Authenticate = (authorization: string | undefined, from: string) => Grant | undefined;

export interface Keys {
  readonly authenticate: Authenticate;
  /** Takes another list of keys. A key that is not in it counts no longer, and what is open with that key ends. */
  replace(keys: GatewayConfig['keys']): void;
}

interface Entry {
  readonly grant: Grant;
  readonly end: AbortController;
  /** When it expires, milliseconds since 1970; Infinity: never. */
  readonly expiresAt: number;
}

const LOCAL: Grant = { caller: { tenant: 'local', subject: 'local' } };

/** A key is looked up by its hash, so its text is never compared or kept. Without any keys everyone is the local caller, for good. */
export function createKeys(listed: GatewayConfig['keys']): Keys {
  const guesses = createGuesses();
  let entries: ReadonlyMap<string, Entry> = new Map();
  let timer: NodeJS.Timeout | undefined;

  function endExpired(): void {
    clearTimeout(timer);
    const now = Date.now();
    for (const { expiresAt, end } of entries.values()) if (expiresAt <= now) end.abort();
    const next = Math.min(...Array.from(entries.values(), ({ expiresAt }) => expiresAt).filter((at) => at > now));
    if (next < Infinity) timer = setTimeout(endExpired, Math.min(next - now, LOOK_MS)).unref();
  }

  function replace(keys: GatewayConfig['keys']): void {
    const before = entries;
    entries = new Map(keys.map((key) => [key.sha256, entryOf(key, before.get(key.sha256))]));
    for (const [sha256, { end }] of before) if (entries.get(sha256)?.end !== end) end.abort();
    endExpired();
  }

  replace(listed);
  if (listed.length === 0) return { authenticate: () => LOCAL, replace };
  return {
    replace,
    authenticate(authorization, from) {
      const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
      if (key === undefined) return undefined;
      const sha256 = createHash('sha256').update(key).digest('hex');
      return guesses.bounded(from, sha256, () => entries.get(sha256)?.grant);
    },
  };
}

/** @param before - the entry that this key had: what is open with it goes on, if it is still the same caller's */
function entryOf({ tenant, subject, patience, expires, tools }: GatewayConfig['keys'][number], before?: Entry): Entry {
  const expiresAt = expires === undefined ? Infinity : Date.parse(expires) + DAY_MS;
  const caller = { tenant, subject };
  const same = before?.grant.caller.tenant === tenant && before.grant.caller.subject === subject;
  // What is over does not begin again: an expired key that was given more time is a new one.
  const end = same && before.grant.over?.aborted !== true ? before.end : new AbortController();
  const patienceMs = patience === undefined ? undefined : patience * 1000;
  setMaxListeners(0, end.signal); // each answer listens to it while it is under way: many at once are no leak
  return {
    end,
    expiresAt,
    grant: { caller, allowed: createAllowed(tools), over: end.signal, ...(patienceMs !== undefined && { patienceMs }) },
  };
}
