/**
 * How many jobs a caller, and a tenant, may have running. Counts its own starts, and asks Temporal when those reach a limit, or
 * when what it knows is old: with many replicas a burst may pass the limit by what the others started in that time. While
 * nothing can be counted, nobody is kept out by more than what was started here in the last moments.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '../workflows/contract';

export interface Quotas {
  readonly perCaller: number;
  readonly perTenant: number;
}

/** Why a call is not accepted now. */
export interface Full {
  readonly limit: number;
  readonly of: 'caller' | 'tenant';
  readonly what: Counted;
}

/** What there may be only so many of. */
export type Counted = 'jobs running' | 'jobs put off' | 'schedules';

/** Counts everything of one caller, or of one tenant. */
interface Count {
  readonly caller: (caller: Caller) => Promise<number>;
  readonly tenant: (tenant: string) => Promise<number>;
}

/** How far behind the engine its counts may be. */
const LAG_MS = 2_000;
const OLD_MS = 5_000;
/** How often one who is over a limit may have it checked. */
const RECOUNT_MS = 1_000;
/** How long a call waits for a count. */
const PATIENCE_MS = 300;
/** The share of a limit that may be started on old figures. */
const UNCHECKED = 0.1;
const METERS_MAX = 10_000;

/** A place among those that there may be. */
export interface Place {
  /** Gives the place up, before Temporal's counts tell. */
  readonly leave: () => void;
}

export type Admit = (caller: Caller) => Promise<Place | Full>;

/** Makes the function that admits one more of `what`, or says which limit that would pass. */
export function admissionBy({ perCaller, perTenant }: Quotas, what: Counted, count: Count): Admit {
  const meters = new Map<string, ReturnType<typeof meter>>();
  const meterOf = (name: string, count: () => Promise<number>): ReturnType<typeof meter> => {
    if (meters.size >= METERS_MAX) meters.clear();
    const found = meters.get(name) ?? meter(count);
    meters.set(name, found);
    return found;
  };
  return async (caller) => {
    const mine = meterOf(JSON.stringify(caller), () => count.caller(caller));
    const ours = meterOf(caller.tenant, () => count.tenant(caller.tenant));
    if (!(await mine.take(perCaller))) return { limit: perCaller, of: 'caller', what };
    if (await ours.take(perTenant)) return { leave: () => [mine, ours].forEach((meter) => meter.leave()) };
    mine.leave();
    return { limit: perTenant, of: 'tenant', what };
  };
}

function meter(count: () => Promise<number>) {
  let counted = 0;
  let at = 0;
  /** When what has been started here, and may not be in the count yet. */
  let starts: number[] = [];
  let counting: Promise<void> | undefined;

  function recount(): Promise<void> {
    const asked = Date.now();
    return (counting ??= count()
      .then(
        (now) => void (counted = now),
        () => void (counted = 0),
      )
      .finally(() => {
        starts = starts.filter((time) => time > asked - LAG_MS);
        at = Date.now();
        counting = undefined;
      }));
  }

  /** Takes a place if one is free. Nothing may come between the look and the taking: calls come many at a time. */
  const taken = (limit: number): boolean => counted + starts.length < limit && starts.push(Date.now()) > 0;

  return {
    async take(limit: number): Promise<boolean> {
      if (Date.now() - at > OLD_MS) {
        const fresh = recount();
        if (starts.length >= limit * UNCHECKED) await soon(fresh);
      }
      if (taken(limit)) return true;
      if (Date.now() - at > RECOUNT_MS) await soon(recount());
      return taken(limit);
    },
    leave(): void {
      if (starts.shift() === undefined) counted = Math.max(0, counted - 1);
    },
  };
}

const soon = (counting: Promise<void>): Promise<void> =>
  Promise.race([counting, pause(PATIENCE_MS, undefined, { ref: false })]);
