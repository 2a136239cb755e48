/** The jobs of an idempotency key: the first, and one after each that has failed without effect for a cause that may pass. */
import type { Caller } from '../../workflows/contract';
import { Problem, isProblem } from '../errors';
import type { Ids, JobRef } from '../ids';
import type { Look } from './look';
import { freesKey } from './outcome';
import type { Outcome } from './outcome';
import { isClosed } from './view';
import type { JobView } from './view';

/** How many jobs a key may begin. */
const AGAIN_MAX = 50;
/** Deadline of a look whether a job is there, milliseconds. */
export const ARRIVED_MS = 800;

/** The job of a call, as it is when the call has it. */
export interface Begun {
  readonly view: JobView;
  /** It had ended before this call, which has its key: what it comes to was the answer to another call. */
  readonly replayed: boolean;
}

/** What a call has its job by. Without a key that is its own. */
export interface Keyed {
  readonly tool: string;
  readonly caller: Caller;
  readonly key: string | undefined;
  /** Hash of the call: a key is one call's. */
  readonly hash: string;
}

/**
 * Goes from job to job of a key, past those that gave it up. All gateways go the same way, and Temporal starts each id once: of two
 * calls that come to a failed job at one time, one starts the next and the other joins it.
 *
 * @param come - starts or joins the job of that id
 * @throws what `come` throws; Problem `conflict`, `worn_key`, `unavailable`
 */
export type OfKey = (keyed: Keyed, come: (ref: JobRef) => Promise<Begun>) => Promise<Begun>;

export interface KeysNeeds {
  readonly look: Look;
  readonly outcomeOf: (ref: JobRef) => Promise<Outcome>;
  readonly ids: Ids;
}

export function createOfKey({ look, outcomeOf, ids }: KeysNeeds): OfKey {
  async function ofKeyIn({ newRef }: Ids, { tool, caller, key }: Keyed, come: (ref: JobRef) => Promise<Begun>) {
    for (let again = 0; again < AGAIN_MAX; again += 1) {
      const begun = await come(newRef(caller, tool, key, again));
      const { view, replayed } = begun;
      if (!replayed || view.status !== 'failed' || !freesKey(await outcomeOf(view.ref))) return begun;
    }
    throw new Problem('worn_key', { limit: AGAIN_MAX });
  }

  /** The job that a key has from before the secret was changed; undefined when it has none, or is free again. */
  async function ofFormerKey(keyed: Keyed): Promise<Begun | undefined> {
    if (!ids.previous || keyed.key === undefined) return undefined;
    try {
      return await ofKeyIn(ids.previous, keyed, async (ref) => {
        const view = await look(ref, ARRIVED_MS);
        if (view.argsHash !== keyed.hash) throw new Problem('conflict', { id: ref.id });
        return { view, replayed: isClosed(view) };
      });
    } catch (error) {
      if (isProblem(error, 'unknown_job')) return undefined;
      // Nothing was started for this call.
      throw isProblem(error, 'unavailable') ? new Problem('unavailable', { refused: true }) : error;
    }
  }

  return async (keyed, come) => (await ofFormerKey(keyed)) ?? ofKeyIn(ids, keyed, come);
}
