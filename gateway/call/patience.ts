/** How long a client may be kept waiting before it gets a handle: what the request says, else its key, the tool, the client's name. */
import type { GatewayConfig } from '../config';

/** Nothing between a client and a gateway keeps a connection for longer. */
const PATIENCE_MAX_MS = 240_000;

export interface PatienceOf {
  /** The `Holdfast-Patience` header, seconds. */
  readonly header: string | undefined;
  /** Of the caller's API key, milliseconds. */
  readonly key: number | undefined;
  /** Of the tool, milliseconds. */
  readonly tool: number | undefined;
  /** `clientInfo.name`. */
  readonly client: string | undefined;
}

/** Makes the function that chooses, milliseconds. */
export function patienceBy({ patienceMs, clients }: Pick<GatewayConfig, 'patienceMs' | 'clients'>) {
  const profiles = new Map(Object.entries(clients));
  return ({ header, key, tool, client }: PatienceOf): number => {
    const asked = header === undefined ? NaN : Number(header) * 1000;
    const profile = profiles.get(client ?? '');
    const ms = asked >= 0 ? asked : (key ?? tool ?? (profile && profile.patience * 1000) ?? patienceMs);
    return Math.min(ms, PATIENCE_MAX_MS);
  };
}
