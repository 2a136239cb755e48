/** How long a client may be kept waiting before it gets a handle: what the request says, else its key, the tool, the client's name. */
import type { GatewayConfig } from '../config';

/** Nothing between a client and a gateway keeps a connection for longer. */
const PATIENCE_MAX_MS = 240_000;

export interface PatienceOf {
  /** The `Holdfast-Patience` header, seconds. */
  readonly header: string | undefined;
  /** What the operator has set for the caller's API key, milliseconds. */
  readonly key: number | undefined;
  /** What the tool's author has set, milliseconds. */
  readonly tool: number | undefined;
  /** `clientInfo.name`. */
  readonly client: string | undefined;
}

/** How long a call waits, milliseconds. */
export type Patience = (of: PatienceOf) => number;

export function createPatience({ patienceMs, clients }: Pick<GatewayConfig, 'patienceMs' | 'clients'>): Patience {
  const profiles = new Map(Object.entries(clients));
  return ({ header, key, tool, client }) => {
    const asked = header === undefined || header.trim() === '' ? NaN : Number(header) * 1000;
    const profile = profiles.get(client ?? '');
    const ms = asked >= 0 ? asked : (key ?? tool ?? (profile && profile.patience * 1000) ?? patienceMs);
    return Math.min(ms, PATIENCE_MAX_MS);
  };
}
