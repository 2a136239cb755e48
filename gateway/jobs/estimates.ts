/** How much longer a job will take, from how long the tool's jobs took before. Says nothing where they say nothing. */
import { LRUCache } from 'lru-cache';

/** Seconds until half of the earlier jobs had ended, and until nine in ten had; 0 once that time is over. */
export interface Estimate {
  readonly eta_s: number;
  readonly eta_p90_s: number;
  /** How many earlier jobs it is made from. */
  readonly from: number;
}

const FRESH_MS = 60_000;
/** Tools of tenants that durations are kept of. */
const KNOWN_MAX = 1_000;
/** Fewer earlier jobs make no estimate. */
const ENOUGH = 5;

/** Estimates for a job that has run for `elapsedMs` milliseconds; undefined where too little is known. */
export type Estimates = (tenant: string, tool: string, elapsedMs: number) => Estimate | undefined;

/**
 * Answers at once from what is known, and refreshes that behind the scenes, so that the first job of a tool gets no estimate.
 *
 * @param durationsOf - how long earlier jobs of a tenant's tool took, milliseconds
 */
export function createEstimates(durationsOf: (tenant: string, tool: string) => Promise<readonly number[]>): Estimates {
  const known = new LRUCache<string, readonly number[], { readonly tenant: string; readonly tool: string }>({
    max: KNOWN_MAX,
    ttl: FRESH_MS,
    allowStale: true,
    noDeleteOnStaleGet: true,
    ignoreFetchAbort: true,
    // Without visibility there are no new figures.
    fetchMethod: (_name, stale = [], { context: { tenant, tool } }) => durationsOf(tenant, tool).catch(() => stale),
  });

  return (tenant, tool, elapsedMs) => {
    const name = JSON.stringify([tenant, tool]);
    void known.fetch(name, { context: { tenant, tool } });
    return estimateFrom(known.get(name) ?? [], elapsedMs);
  };
}

/**
 * Counted down from what all earlier jobs took, so that it never grows while a job runs.
 *
 * @param past - durations of earlier jobs, milliseconds
 */
export function estimateFrom(past: readonly number[], elapsedMs: number): Estimate | undefined {
  if (past.length < ENOUGH) return undefined;
  const sorted = [...past].sort((a, b) => a - b);
  const left = (share: number): number =>
    Math.max(0, Math.ceil(((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) - elapsedMs) / 1000));
  return { eta_s: left(0.5), eta_p90_s: left(0.9), from: past.length };
}
