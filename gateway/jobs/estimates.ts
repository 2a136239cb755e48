/** How much longer a job will take, from how long the tool's jobs took before. Says nothing where they say nothing. */

/** Seconds that are left: for half of the earlier jobs that took this long, and for nine in ten. */
export interface Estimate {
  readonly eta_s: number;
  readonly eta_p90_s: number;
  /** How many earlier jobs it is made from. */
  readonly from: number;
}

const FRESH_MS = 60_000;
const KNOWN_MAX = 1_000;
/** Fewer earlier jobs make no estimate; nor do fewer that took as long as this one has. */
const ENOUGH = 5;
const ENOUGH_LONGER = 2;

export type Estimates = ReturnType<typeof estimatesFrom>;

/**
 * Makes the function that estimates. It answers at once from what it knows, and refreshes behind the scenes, so that the first
 * job of a tool gets none.
 */
export function estimatesFrom(durationsOf: (tenant: string, tool: string) => Promise<readonly number[]>) {
  const known = new Map<string, { readonly at: number; readonly past: readonly number[] }>();

  function pastOf(tenant: string, tool: string): readonly number[] {
    const name = JSON.stringify([tenant, tool]);
    const found = known.get(name);
    if (found && Date.now() - found.at < FRESH_MS) return found.past;
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(name, { at: Date.now(), past: found?.past ?? [] });
    const keep = (past: readonly number[]): void => void known.set(name, { at: Date.now(), past });
    void durationsOf(tenant, tool).then(keep, () => undefined); // without visibility there are no estimates
    return found?.past ?? [];
  }

  return (tenant: string, tool: string, elapsedMs: number): Estimate | undefined =>
    estimateFrom(pastOf(tenant, tool), elapsedMs);
}

/** @param past - durations of earlier jobs, milliseconds */
export function estimateFrom(past: readonly number[], elapsedMs: number): Estimate | undefined {
  const longer = past.filter((ms) => ms > elapsedMs).sort((a, b) => a - b);
  if (past.length < ENOUGH || longer.length < ENOUGH_LONGER) return undefined;
  const left = (share: number): number =>
    Math.ceil(((longer[Math.floor((longer.length - 1) * share)] ?? elapsedMs) - elapsedMs) / 1000);
  return { eta_s: left(0.5), eta_p90_s: left(0.9), from: past.length };
}
