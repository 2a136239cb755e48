/** One look at a job: what Temporal's `describe` tells, and for a job that goes on what `describe` leaves out. */
import { Problem, unlessUnavailable } from '../errors';
import type { JobRef } from '../ids';
import type { Cancels } from './cancel';
import type { Store } from './connection';
import type { Estimates } from './estimates';
import type { QueueState } from './queues';
import { codeTroubleIn, toldToStopAt } from './events';
import type { RecentEvents } from './events';
import { beginOf, expiryOf, isClosed, viewOf } from './view';
import type { JobView } from './view';

/** Tells how a job is now, within `ms` milliseconds. @throws Problem `unknown_job`, `expired`, `unavailable` */
export type Look = (ref: JobRef, ms?: number) => Promise<JobView>;

export interface LookNeeds {
  readonly store: Store;
  readonly recent: RecentEvents;
  readonly end: Cancels['end'];
  /** How long a job may take to end once it was told to stop, milliseconds. Who looks later than that ends it. */
  readonly cancelGraceMs: number;
  readonly queueState: QueueState;
  readonly estimate: Estimates;
  /** Told of each job that is seen to have ended. */
  readonly onEnd: (ref: JobRef) => void;
}

export function createLook({ store, recent, end, cancelGraceMs, queueState, estimate, onEnd }: LookNeeds): Look {
  /** Adds when it was told to stop, what ails its code, the state of the queue that it waits in, and how long jobs before it took. */
  async function withTroubles(view: JobView): Promise<JobView> {
    const { ref, tool, unclaimed, cancelling, deciding } = view;
    const [tenant = ''] = ref.workflowId.split('/');
    const elapsedMs = Date.now() - beginOf(view).getTime();
    const [events = [], state] = await Promise.all([
      cancelling || deciding > 1 ? recent(ref).catch(unlessUnavailable) : undefined,
      unclaimed && queueState(unclaimed),
    ]);
    return {
      ...view,
      cancelledAt: toldToStopAt(events),
      trouble: view.trouble ?? codeTroubleIn(events),
      unclaimed: unclaimed && { ...unclaimed, ...(state !== undefined && { state }) },
      estimate: elapsedMs < 0 ? undefined : estimate(tenant, tool, elapsedMs),
    };
  }

  const look: Look = async (ref, ms) => {
    const description = await store.askOf(ref, (handle) => handle.describe(), ms);
    const beating = description.raw.pendingActivities?.find(({ heartbeatDetails }) => heartbeatDetails);
    // A foreign worker may have written it in a form that only itself can read.
    const [heartbeat] = await store.decoded(beating?.heartbeatDetails?.payloads).catch(() => []);
    // Where it was found: under the id of the previous secret, perhaps.
    const found: JobRef = { id: ref.id, workflowId: description.workflowId };
    const view = viewOf(found, description, heartbeat);
    if (!isClosed(view)) {
      const now = await withTroubles(view);
      if (!now.cancelledAt || Date.now() - now.cancelledAt.getTime() < cancelGraceMs) return now;
      await end(found);
      return look(found);
    }
    onEnd(found);
    const at = expiryOf(view);
    if (at.getTime() < Date.now()) throw new Problem('expired', { id: ref.id, at });
    return view;
  };
  return look;
}
