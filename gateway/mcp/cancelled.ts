/** `notifications/cancelled` of 2025 clients: it comes as a request of its own, to any replica. */
import { z } from 'zod';
import type { Caller } from '../../workflows/contract';
import { UnknownJob } from '../errors';
import type { Ids } from '../ids';
import type { Jobs } from '../jobs/jobs';
import type { Sessions } from './session';

const Cancelled = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.undefined().optional(),
  method: z.literal('notifications/cancelled'),
  params: z.looseObject({ requestId: z.union([z.string(), z.number()]), reason: z.string().optional() }),
});

export type Cancellation = z.output<typeof Cancelled>;

/** Whether a body takes back a request. */
export function isCancellation(body: unknown): body is Cancellation {
  return Cancelled.safeParse(body).success;
}

/** Makes the function that cancels the job of the request that is taken back; without its session nobody knows which. */
export function cancelledBy(jobs: Jobs, ids: Ids, sessions: Sessions) {
  return async ({ params }: Cancellation, header: string, caller: Caller): Promise<void> => {
    const session = sessions.read(header, caller);
    // A client whose patience ended has hung up. It did not ask for the end of the job.
    if (!session || /request timed out/i.test(params.reason ?? '')) return;
    try {
      await jobs.takeBack(ids.requestRef(caller, JSON.stringify([session.id, params.requestId])));
    } catch (error) {
      if (!(error instanceof UnknownJob)) throw error; // another request than a call, or one that has ended
    }
  };
}
