/** One look at a job: what Temporal's `describe` tells, and of a job that goes on what only others can tell. */
import { Expired } from '../errors';
import type { JobRef } from '../ids';
import type { Cancel } from './cancel';
import type { Store } from './connection';
import type { Estimates } from './estimates';
import type { Queues } from './queues';
import { beginOf, expiryOf, isClosed, viewOf } from './view';
import type { JobView } from './view';

export type Look = ReturnType<typeof lookThrough>;

/** Those who tell more, and one who is told. */
interface Others {
  readonly cancelledAt: Cancel['cancelledAt'];
  readonly stateOf: Queues;
  readonly estimate: Estimates;
  readonly onEnd: (ref: JobRef) => void;
}

/** Makes the function that looks. It throws UnknownJob, Expired and Unavailable. */
export function lookThrough({ askOf, decoded }: Store, { cancelledAt, stateOf, estimate, onEnd }: Others) {
  /** Adds when it was told to stop, the state of the queue that it waits in, and how long jobs before it took. */
  async function goingOn(view: JobView): Promise<JobView> {
    const { ref, tool, unclaimed, cancelling } = view;
    const [tenant = ''] = ref.workflowId.split('/');
    const elapsedMs = Date.now() - beginOf(view).getTime();
    return {
      ...view,
      cancelledAt: cancelling ? await cancelledAt(ref) : undefined,
      unclaimed: unclaimed && { ...unclaimed, state: await stateOf(unclaimed) },
      estimate: elapsedMs < 0 ? undefined : estimate(tenant, tool, elapsedMs),
    };
  }

  return async (ref: JobRef): Promise<JobView> => {
    const description = await askOf(ref, (handle) => handle.describe());
    const beating = description.raw.pendingActivities?.find(({ heartbeatDetails }) => heartbeatDetails);
    // Of a foreign worker, it may have a form that only that one can read.
    const [heartbeat] = await decoded(beating?.heartbeatDetails?.payloads).catch(() => []);
    const view = viewOf(ref, description, heartbeat);
    if (!isClosed(view)) return goingOn(view);
    onEnd(ref);
    const expiry = expiryOf(view);
    if (expiry.getTime() < Date.now()) throw new Expired(ref.id, expiry);
    return view;
  };
}
