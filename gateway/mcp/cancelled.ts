/** `notifications/cancelled` of 2025 clients: it comes as a request of its own, to any replica. */
import { z } from 'zod';
import type { Caller } from '../../workflows/contract';
import { unlessGone } from '../errors';
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

/**
 * Cancels the job of the request that is taken back. Without the session of that request nobody knows which it was.
 *
 * @param header - the `Mcp-Session-Id` header
 */
export type TakeBack = (message: Cancellation, header: string, caller: Caller) => Promise<void>;

export function createTakeBack(jobs: Pick<Jobs, 'takeBack'>, ids: Ids, sessions: Sessions): TakeBack {
  return async ({ params }, header, caller) => {
    const session = sessions.read(header, caller);
    // A client whose patience ended has hung up. It did not ask for the end of the job.
    if (!session || /request timed out/i.test(params.reason ?? '')) return;
    // No such job: it was another request than a call, or its job has ended.
    await jobs.takeBack(ids.requestRef(caller, JSON.stringify([session.id, params.requestId]))).catch(unlessGone);
  };
}
