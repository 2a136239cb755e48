/**
 * How many jobs a caller, and a tenant, may have running. Counts its own starts, and asks Temporal when those reach a limit, or
 * when what it knows is old: with many replicas a burst may pass the limit by what the others started in that time. While
 * nothing can be counted, nobody is kept out by more than what was started here in the last moments.
 */
import { LRUCache } from 'lru-cache';
import type { Caller } from '../../workflows/contract';
import type { JobRef } from '../ids';
import type { Count } from '../jobs/visibility';
import type { Counted, Full } from '../words/rejected';
import { createMeter } from './meter';
import type { Meter } from './meter';

/** How many there may be at one time. */
export interface Quotas {
  readonly perCaller: number;
  readonly perTenant: number;
}

/** A place among those that there may be. */
export interface Place {
  readonly kind: 'place';
  /** Keeps the place for a job until that ends. If that job has one already, this one is given back. */
  readonly keepFor: (ref: JobRef) => void;
  /** Gives the place back. */
  readonly giveBack: () => void;
}

/** Lets calls in, or keeps them out. */
export interface Admission {
  /** Takes a place for one more, or says which quota that would pass. */
  admit(caller: Caller): Promise<Place | Full>;
  /** To be called when a job is seen to have ended, before Temporal's counts tell. */
  ended(ref: JobRef): void;
}

/** Callers, tenants and jobs that are remembered. Whoever is forgotten is counted afresh. */
const KNOWN_MAX = 10_000;

/**
 * @param quotas - asked with each call: an operator may change them meanwhile
 * @param what - what is counted, for the words of a refusal
 */
export function createAdmission(quotas: () => Quotas, what: Counted, count: Count): Admission {
  const meters = new LRUCache<string, Meter>({ max: KNOWN_MAX });
  const places = new LRUCache<string, () => void>({ max: KNOWN_MAX });

  function meterOf(name: string, counted: () => Promise<number>): Meter {
    const meter = meters.get(name) ?? createMeter(counted);
    meters.set(name, meter);
    return meter;
  }

  return {
    async admit(caller) {
      const { perCaller, perTenant } = quotas();
      const leaveMine = await meterOf(JSON.stringify(caller), () => count.caller(caller)).take(perCaller);
      if (!leaveMine) return { kind: 'full', limit: perCaller, of: 'caller', what };
      const leaveOurs = await meterOf(caller.tenant, () => count.tenant(caller.tenant)).take(perTenant);
      if (!leaveOurs) {
        leaveMine();
        return { kind: 'full', limit: perTenant, of: 'tenant', what };
      }
      const giveBack = (): void => {
        leaveMine();
        leaveOurs();
      };
      return {
        kind: 'place',
        giveBack,
        keepFor({ workflowId }) {
          if (places.has(workflowId)) giveBack();
          else places.set(workflowId, giveBack);
        },
      };
    },

    ended({ workflowId }) {
      places.get(workflowId)?.();
      places.delete(workflowId);
    },
  };
}

/** Starts something in a place that was taken for it, and gives the place back when that fails. */
export async function inPlace<R>(place: Place, start: () => Promise<R>): Promise<R> {
  try {
    return await start();
  } catch (error) {
    place.giveBack();
    throw error;
  }
}
