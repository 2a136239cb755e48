/**
 * How many jobs a caller, and a tenant, may have running. Counts its own starts, and asks Temporal when those reach a limit, or
 * when what it knows is old: with many replicas a burst may pass the limit by what the others started in that time.
 */
import type { Caller } from '../workflows/contract';

export interface Quotas {
  readonly perCaller: number;
  readonly perTenant: number;
}

/** Why a call is not accepted now. */
export interface Full {
  readonly limit: number;
  readonly of: 'caller' | 'tenant';
}

/** What is counted: everything of one caller, or of one tenant. */
interface Running {
  readonly caller: (caller: Caller) => Promise<number>;
  readonly tenant: (tenant: string) => Promise<number>;
}

/** How far behind the engine its counts may be. */
const LAG_MS = 2_000;
const OLD_MS = 5_000;
/** How often one who is over a limit may have it checked. */
const RECOUNT_MS = 1_000;
const METERS_MAX = 10_000;

export type Admit = (caller: Caller) => Promise<Full | undefined>;

/** Makes the function that admits a start, or says which limit it would pass. */
export function admissionBy({ perCaller, perTenant }: Quotas, running: Running): Admit {
  const meters = new Map<string, ReturnType<typeof meter>>();
  const meterOf = (name: string, count: () => Promise<number>): ReturnType<typeof meter> => {
    if (meters.size >= METERS_MAX) meters.clear();
    const found = meters.get(name) ?? meter(count);
    meters.set(name, found);
    return found;
  };
  return async (caller) => {
    const mine = meterOf(JSON.stringify(caller), () => running.caller(caller));
    const ours = meterOf(caller.tenant, () => running.tenant(caller.tenant));
    if (!(await mine.take(perCaller))) return { limit: perCaller, of: 'caller' };
    if (await ours.take(perTenant)) return undefined;
    mine.giveBack();
    return { limit: perTenant, of: 'tenant' };
  };
}

function meter(count: () => Promise<number>) {
  let counted = 0;
  let at = 0;
  let starts: number[] = [];
  let counting: Promise<void> | undefined;

  const recount = (): Promise<void> =>
    (counting ??= count()
      .then(
        (now) => {
          counted = now;
          starts = starts.filter((time) => time > Date.now() - LAG_MS);
        },
        () => undefined, // what was started here has to do
      )
      .finally(() => {
        at = Date.now();
        counting = undefined;
      }));

  /** Takes a place if one is free. Nothing may come between the look and the taking: calls come many at a time. */
  const taken = (limit: number): boolean => counted + starts.length < limit && starts.push(Date.now()) > 0;

  return {
    async take(limit: number): Promise<boolean> {
      if (taken(limit)) {
        if (Date.now() - at > OLD_MS) void recount();
        return true;
      }
      if (Date.now() - at > RECOUNT_MS) await recount();
      return taken(limit);
    },
    giveBack: (): void => void starts.pop(),
  };
}
