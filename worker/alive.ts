/** Whether an attempt is still its worker's: a worker that was frozen may be about to begin what others have ended meanwhile. */
import type { Context } from '@temporalio/activity';
import { defaultPayloadConverter } from '@temporalio/common';
import { failure } from '../activities';
import type { Beat } from '../workflows/contract';

const RPC_MS = 5_000;

/**
 * Asks Temporal about an attempt that was handed out a while ago, or that is not the first: the beat of such a one has to arrive
 * before it begins, so that what ends its worker is counted. A first one that was handed out just now is not asked about.
 *
 * @param beat - what its heartbeat is to say
 * @throws ApplicationFailure `unavailable` when the attempt is over, or nobody answers: the step must not begin
 */
export async function assertAlive(context: Context, beat: Beat): Promise<void> {
  const { namespace, taskToken, activityType, attempt, heartbeatTimeoutMs, currentAttemptScheduledTimestampMs } =
    context.info;
  const age = Date.now() - currentAttemptScheduledTimestampMs;
  // By two clocks. One that says "in the future" is wrong, and tells nothing.
  if (attempt === 1 && (!heartbeatTimeoutMs || (age >= 0 && age < heartbeatTimeoutMs / 2))) return;
  const details = { payloads: [defaultPayloadConverter.toPayload(beat)] };
  const { client } = context;
  await client
    .withDeadline(Date.now() + RPC_MS, () =>
      client.workflowService.recordActivityTaskHeartbeat({ namespace, taskToken, details }),
    )
    .catch((error: unknown) => {
      throw failure('unavailable', `Step ${activityType} was not begun: its worker had it too late.`, error, 'none');
    });
}
