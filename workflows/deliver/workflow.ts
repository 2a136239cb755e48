/** Delivers one callback: attempt after attempt, over a day, until the receiver has it or wants no more. */
import { ActivityFailure, CancellationScope, proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { WebhookSteps } from '../../activities/webhooks/steps';
import { WEBHOOKS_QUEUE, WEBHOOK_SCHEDULE, queueOf } from '../contract';
import type { Attempt, Notice } from '../contract';
import { fail } from '../failure';

/** Above the 15 s that a receiver has. */
const ATTEMPT_MS = 20_000;
/** A worker that is silent for this long in mid-attempt is taken for dead. */
const HEARTBEAT_MS = 5_000;
/** Pauses are longer or shorter by up to this share: receivers that failed together are not asked together. */
const JITTER = 0.1;

/** How a delivery ended. */
export interface Delivery {
  /** False when the receiver said that it wants no more. */
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
 * Tries by `schedule`, milliseconds from now in ascending order. Each attempt first has the receiver prove, once, that it
 * expects callbacks.
 *
 * @throws ApplicationFailure `refused` when the address may not be called, `unavailable` when the schedule is at its end
 */
export async function deliverWebhook({
  schedule = WEBHOOK_SCHEDULE,
  ...notice
}: Notice & { readonly schedule?: readonly number[] }): Promise<Delivery> {
  const of = schedule.length;
  let verified = false;
  let last: Attempt = 'lost';

  const attempt = async (n: number): Promise<Attempt> => {
    const summary = `Attempt ${n} of ${of}`;
    if (!verified) {
      const proof = await reported(() =>
        steps.challengeWebhook.executeWithOptions({ summary: `${summary}: challenge` }, [notice.url]),
      );
      if (proof !== 'accepted') return proof;
      verified = true;
    }
    return reported(() => steps.sendWebhook.executeWithOptions({ summary }, [notice]));
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

/** What came of an attempt; one whose worker was lost must not be the last. */
async function reported(run: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ActivityFailure) || CancellationScope.current().consideredCancelled) throw error;
    return 'lost';
  }
}

const jittered = (ms: number): number => Math.max(1, Math.round(ms * (1 - JITTER + 2 * JITTER * Math.random())));

function isFinal(attempt: Attempt): boolean {
  return attempt === 'not_allowed' || attempt === 'bad_url' || attempt === 'forbidden_address';
}

/** For the operator, who finds it in the Web UI. */
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
