/**
 * How many jobs a caller, and a tenant, may have running. Counts its own starts, and asks Temporal when those reach a limit, or
 * when what it knows is old: with many replicas a burst may pass the limit by what the others started in that time. While
 * nothing can be counted, nobody is kept out by more than what was started here in the last moments.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '../../workflows/contract';
import type { JobRef } from '../ids';

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
  /** Says whose it is. A job that has one already gives this one back. */
  readonly of: (ref: JobRef) => void;
  readonly leave: () => void;
}

export type Admission = ReturnType<typeof admissionBy>;

/** Makes what admits one more of `what`, or says which limit that would pass. */
export function admissionBy({ perCaller, perTenant }: Quotas, what: Counted, count: Count) {
  const meters = new Map<string, Meter>();
  const places = new Map<string, () => void>();
  const meterOf = (name: string, count: () => Promise<number>): Meter => {
    if (meters.size >= METERS_MAX) meters.clear();
    const found = meters.get(name) ?? meter(count);
    meters.set(name, found);
    return found;
  };

  return {
    async admit(caller: Caller): Promise<Place | Full> {
      const mine = await meterOf(JSON.stringify(caller), () => count.caller(caller)).take(perCaller);
      if (!mine) return { limit: perCaller, of: 'caller', what };
      const ours = await meterOf(caller.tenant, () => count.tenant(caller.tenant)).take(perTenant);
      if (!ours) {
        mine();
        return { limit: perTenant, of: 'tenant', what };
      }
      const leave = (): void => [mine, ours].forEach((left) => left());
      return {
        leave,
        of({ workflowId }) {
          if (places.has(workflowId)) return leave();
          if (places.size >= METERS_MAX) places.clear();
          places.set(workflowId, leave);
        },
      };
    },

    /** To be called when a job is seen to have ended, before Temporal's counts tell. */
    ended({ workflowId }: JobRef): void {
      places.get(workflowId)?.();
      places.delete(workflowId);
    },
  };
}

/** Starts something in a place that was taken for it, and leaves the place when that fails. */
export async function held<R>(place: Place, start: () => Promise<R>): Promise<R> {
  try {
    return await start();
  } catch (error) {
    place.leave();
    throw error;
  }
}

type Meter = ReturnType<typeof meter>;

function meter(count: () => Promise<number>) {
  let counted = 0;
  let at = 0;
  /** Places taken of late. Temporal may have counted those that were taken before it was asked. */
  let taken = new Set<{ readonly at: number; old: boolean }>();
  /** When places were left of late, which Temporal may still count. */
  let left: number[] = [];
  /** How many of `taken` are not old. */
  let since = 0;
  let counting: Promise<void> | undefined;

  function recount(): Promise<void> {
    const asked = Date.now();
    return (counting ??= count()
      .catch(() => 0)
      .then((running) => {
        at = Date.now();
        left = left.filter((time) => time > asked - LAG_MS);
        for (const place of taken) place.old = place.at <= asked;
        taken = new Set([...taken].filter((place) => place.at > asked - LAG_MS));
        since = [...taken].filter(({ old }) => !old).length;
        counted = Math.max(running - left.length, taken.size - since);
        counting = undefined;
      }));
  }

  /** Takes a place if one is free. Nothing may come between the look and the taking: calls come many at a time. */
  function taking(limit: number): (() => void) | undefined {
    if (counted + since >= limit) return undefined;
    const place = { at: Date.now(), old: false };
    taken.add(place);
    since += 1;
    return () => {
      left.push(Date.now());
      taken.delete(place);
      if (place.old) counted = Math.max(0, counted - 1);
      else since -= 1;
    };
  }

  return {
    /** Takes a place and returns what leaves it, to be called once. */
    async take(limit: number): Promise<(() => void) | undefined> {
      if (Date.now() - at > OLD_MS) {
        const fresh = recount();
        if (since >= limit * UNCHECKED) await soon(fresh);
      }
      const place = taking(limit);
      if (place) return place;
      if (Date.now() - at > RECOUNT_MS) await soon(recount());
      return taking(limit);
    },
  };
}

const soon = (counting: Promise<void>): Promise<void> =>
  Promise.race([counting, pause(PATIENCE_MS, undefined, { ref: false })]);
