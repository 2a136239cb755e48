/** One look at a job: what Temporal's `describe` tells, and of a job that goes on what only others can tell. */
import { Expired } from '../errors';
import type { JobRef } from '../ids';
import type { Store } from './connection';
import type { Estimates } from './estimates';
import { retryText } from './pending';
import type { Queues } from './queues';
import { expiryOf, isClosed, viewOf } from './view';
import type { JobView } from './view';

export type Look = ReturnType<typeof lookThrough>;

/** Makes the function that looks. It throws UnknownJob, Expired and Unavailable. */
export function lookThrough({ askOf, decoded }: Store, stateOf: Queues, estimate: Estimates) {
  /** Adds the state of the queue that it waits in, and how long jobs before it took. */
  async function goingOn(view: JobView): Promise<JobView> {
    const { ref, tool, startedAt, unclaimed, retrying, trouble } = view;
    const [tenant = ''] = ref.workflowId.split('/');
    return {
      ...view,
      trouble: trouble ?? (unclaimed ? await stateOf(unclaimed) : retrying && retryText(retrying)),
      estimate: estimate(tenant, tool, Date.now() - startedAt.getTime()),
    };
  }

  return async (ref: JobRef): Promise<JobView> => {
    const description = await askOf(ref, (handle) => handle.describe());
    const beating = description.raw.pendingActivities?.find(({ heartbeatDetails }) => heartbeatDetails);
    // Of a foreign worker, it may have a form that only that one can read.
    const [heartbeat] = await decoded(beating?.heartbeatDetails?.payloads).catch(() => []);
    const view = viewOf(ref, description, heartbeat);
    if (!isClosed(view)) return goingOn(view);
    const expiry = expiryOf(view);
    if (expiry.getTime() < Date.now()) throw new Expired(ref.id, expiry);
    return view;
  };
}
