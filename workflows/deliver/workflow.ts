/** Delivers one callback. Tries again for a day, until the receiver has accepted it or refuses callbacks for good. */
import { ActivityFailure, CancellationScope, proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { WebhookSteps } from '../../activities/webhooks/steps';
import { WEBHOOKS_QUEUE, queueOf } from '../contract';
import type { Attempt, Notice } from '../contract';
import { fail } from '../failure';

/** Longest time of an attempt: longer than the 15 s that a receiver may take. */
const ATTEMPT_MS = 20_000;
/** A worker that sends no heartbeat for this long during an attempt counts as dead. */
const HEARTBEAT_MS = 5_000;
/** Pauses vary by up to this share, so that receivers that failed together are not called at the same moment. */
const JITTER = 0.1;

/** When a callback is tried, milliseconds after the end of the job: the schedule of Standard Webhooks. */
const SCHEDULE: readonly number[] = [
  0,
  5_000,
  5 * 60_000,
  30 * 60_000,
  2 * 3_600_000,
  5 * 3_600_000,
  10 * 3_600_000,
  14 * 3_600_000,
  20 * 3_600_000,
  24 * 3_600_000,
];

/** How a delivery ended. */
export interface Delivery {
  /** False when the receiver answered that it wants no more callbacks. */
  readonly delivered: boolean;
  readonly attempts: number;
  readonly last: Attempt;
}

const steps = proxyActivities<WebhookSteps>({
  taskQueue: queueOf(WEBHOOKS_QUEUE),
  startToCloseTimeout: ATTEMPT_MS,
  heartbeatTimeout: HEARTBEAT_MS,
  retry: { maximumAttempts: 1 }, // the schedule says when to try again
});

/**
 * Sends the callback. Until the receiver has proved that it expects callbacks, each attempt begins with a challenge.
 *
 * @param schedule - when to try, milliseconds from now, in ascending order
 * @throws ApplicationFailure `refused` when the address may not be called, `unavailable` when all attempts have failed
 */
export async function deliverWebhook({
  schedule = SCHEDULE,
  ...notice
}: Notice & { readonly schedule?: readonly number[] }): Promise<Delivery> {
  const of = schedule.length;
  let verified = false;
  let last: Attempt = 'lost';

  const attempt = async (n: number): Promise<Attempt> => {
    const summary = `Attempt ${n} of ${of}`;
    if (!verified) {
      const proof = await outcomeOf(() =>
        steps.challengeWebhook.executeWithOptions({ summary: `${summary}: challenge` }, [notice.url]),
      );
      if (proof !== 'accepted') return proof;
      verified = true;
    }
    return outcomeOf(() => steps.sendWebhook.executeWithOptions({ summary }, [notice]));
  };

  for (let n = 1; n <= of; n += 1) {
    const pause = (schedule[n - 1] ?? 0) - (schedule[n - 2] ?? 0);
    if (pause > 0) await sleep(jittered(pause), { summary: `Pause before attempt ${n} of ${of}` });
    last = await attempt(n);
    setCurrentDetails(`Attempt ${n} of ${of}: ${last}`);
    const delivered = last === 'accepted';
    if (delivered || last === 'gone') return { delivered, attempts: n, last };
    if (isFinal(last))
      throw fail('refused', `The callback was not sent: ${WHY[last]}`, { sideEffect: 'none', attempt: n, of });
  }
  const sentence = `The callback was not delivered in ${of} attempts. The last: ${WHY[last]}`;
  throw fail('unavailable', sentence, { sideEffect: 'unknown', attempt: of, of });
}

/** The outcome of an attempt: `lost` when its worker did not report back, since the next attempt may still succeed. */
async function outcomeOf(run: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ActivityFailure) || CancellationScope.current().consideredCancelled) throw error;
    return 'lost';
  }
}

const jittered = (ms: number): number => Math.max(1, Math.round(ms * (1 - JITTER + 2 * JITTER * Math.random())));

/** Whether no later attempt can succeed. */
function isFinal(attempt: Attempt): boolean {
  return attempt === 'not_allowed' || attempt === 'bad_url' || attempt === 'forbidden_address';
}

/** The outcomes in words for the operator, who reads them in the Web UI. */
const WHY: Readonly<Record<Attempt, string>> = {
  accepted: 'the receiver has it.',
  gone: 'the receiver wants no more.',
  not_allowed: "its host is not in the workers' webhooks.allowed_hosts.",
  bad_url: 'its address is not an https URL without credentials.',
  forbidden_address: 'its host is not on the public internet.',
  not_verified: 'the receiver did not repeat the challenge.',
  redirected: 'the receiver redirects, and redirects are not followed.',
  rejected: 'the receiver answered with a status between 400 and 499.',
  unwell: 'the receiver answered with a status of 500 or more.',
  host_not_found: 'its host was not found.',
  timeout: 'the receiver did not answer in 15 s.',
  connection: 'the receiver could not be reached, or hung up.',
  tls: 'the receiver could not prove who it is.',
  too_large: "the receiver's reply was larger than 64 KB.",
  lost: 'the worker did not report back.',
};
