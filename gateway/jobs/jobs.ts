/**
 * The gateway's contract with Temporal, whose client no other folder of the gateway knows. Nothing here is remembered between two
 * requests but the connection, and what was counted a moment ago.
 */
import { addressOf } from '../../config/temporal';
import { QUERY_PARTIAL, SIGNAL_ANSWER, SIGNAL_SHOWN } from '../../workflows/contract';
import type { Answer } from '../../workflows/contract';
import { createCarry } from '../carried';
import type { GatewayConfig, Rules } from '../config';
import { Problem } from '../errors';
import type { Ids, JobRef } from '../ids';
import type { Backlog } from '../metrics';
import { createBacklog } from './backlog';
import { beganWith } from './begun';
import { createCancels } from './cancel';
import type { Cancels } from './cancel';
import { createStore } from './connection';
import { POLL_MS, createPoll } from './end';
import type { Poll } from './end';
import { createRecentEvents } from './events';
import { createEstimates } from './estimates';
import { createListings } from './listings';
import type { Listings } from './listings';
import { createLook } from './look';
import type { Look } from './look';
import type { Outcome } from './outcome';
import { createQueueState } from './queues';
import { conditionOf } from './condition';
import type { Condition } from './condition';
import { createSchedules } from './schedules';
import type { Schedules } from './schedules';
import { createStarts } from './start';
import type { Starts } from './start';
import { createLists } from './visibility';
import type { Lists } from './visibility';

const QUERY_MS = 2_000;
/** So long after the grace a job that was told to stop is looked at: clocks of gateway and Temporal differ a little. */
const LATE_MS = 500;

/** What can be done with jobs. What addresses a job throws Problem `unknown_job` where there is none, and `unavailable`. */
export interface Jobs extends Starts, Cancels, Lists {
  readonly look: Look;
  readonly poll: Poll;
  readonly schedules: Schedules;
  /** What upstreams offer. */
  readonly listings: Listings;
  /** What waits, asked of Temporal when an operator's metrics are read. */
  readonly backlog: (queues: readonly string[]) => Backlog;
  /** How a job ended that has ended. */
  outcomeOf(ref: JobRef): Promise<Outcome>;
  /** The last partial result in full, from a worker; undefined when none answers within 2 s. */
  partial(ref: JobRef): Promise<unknown>;
  /** What the job was started with. */
  inputOf(ref: JobRef): Promise<unknown>;
  /** Marks a question as put before a person. */
  shown(ref: JobRef, key: string): Promise<void>;
  /** Hands the answer of a person to the job. It lands even when no worker is up. */
  respond(ref: JobRef, answer: Answer): Promise<void>;
  /** Whether jobs can be started and found, asked of Temporal for real within some seconds. Search attributes that are missing are created. */
  condition(): Promise<Condition>;
  /** Ends the connection. */
  close(): Promise<void>;
}

/**
 * Opens the connection.
 *
 * @param onEnd - told of each job that is seen to have ended
 */
export function createJobs(
  { temporal, cancelGraceMs }: Pick<GatewayConfig, 'temporal' | 'cancelGraceMs'>,
  rules: Pick<Rules, 'keys' | 'weights'>,
  ids: Ids,
  onEnd: (ref: JobRef) => void,
): Jobs {
  const store = createStore(temporal);
  const { askOf, connection, namespace } = store;
  const lists = createLists(store, ids);
  const recent = createRecentEvents(store);
  const cancels = createCancels(store);
  const look = createLook({
    store,
    recent,
    end: cancels.end,
    cancelGraceMs,
    queueState: createQueueState(store),
    estimate: createEstimates(lists.durations),
    onEnd,
  });
  const poll = createPoll(store, onEnd);
  const carry = createCarry(rules, ids);

  async function outcomeOf(ref: JobRef): Promise<Outcome> {
    const outcome = await poll(ref, AbortSignal.timeout(POLL_MS));
    if (!outcome) throw new Problem('unavailable', { refused: false });
    return outcome;
  }

  return {
    look,
    poll,
    ...createStarts({ store, look, outcomeOf, ids, carry }),
    ...cancels,
    ...lists,

    async cancel(ref) {
      await cancels.cancel(ref);
      // Who looks after the grace ends a job that is still there. If nobody else does, this gateway does.
      setTimeout(() => void look(ref).catch(() => undefined), cancelGraceMs + LATE_MS).unref();
    },

    schedules: createSchedules(store, ids, carry),

    listings: createListings(store),

    backlog: (queues) => createBacklog(store, queues),

    outcomeOf,

    async partial(ref) {
      try {
        return await askOf(ref, (handle) => handle.query<unknown>(QUERY_PARTIAL), QUERY_MS);
      } catch {
        return undefined; // No worker, or a workflow that knows no such query: the memo has to do.
      }
    },

    inputOf: (ref) => askOf(ref, ({ workflowId }) => beganWith(store, { workflowId })),

    shown: (ref, key) => askOf(ref, (handle) => handle.signal(SIGNAL_SHOWN, key)),

    respond: (ref, answer) => askOf(ref, (handle) => handle.signal(SIGNAL_ANSWER, answer)),

    condition: () => conditionOf({ connection, namespace, address: addressOf(temporal) }, true),

    close: () => store.close(),
  };
}
