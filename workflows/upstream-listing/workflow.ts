/**
 * Keeps what an upstream offers, for as long as it is configured. What is known stands in the argument of the present run, so that every
 * gateway reads it without a worker; when it changes, the workflow goes on in a new run. How the upstream is stands in the memo.
 *
 * It moves to newer code while it runs (AUTO_UPGRADE): a pinned one would keep its version alive for ever. A change to this file must
 * replay what an earlier one did since its run began, or be guarded by `patched`.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  defineSignal,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  setWorkflowOptions,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { TASK_QUEUE, queueOf } from '../contract';
import { changesBetween } from '../upstream-changes';
import { MEMO_LISTING, SIGNAL_ACCEPT, SIGNAL_REFRESH, notConfigured } from '../upstream-contract';
import type { Listed, Listing, ListingRun, ListingSettings, ListingState } from '../upstream-contract';

/** Longest time of one listing: a first start may install something. */
const LIST_MS = 5 * 60_000;
/** Without a beat for this long its worker counts as dead. */
const HEARTBEAT_MS = 20_000;
/** How long a listing is taken to be fresh where the upstream says nothing, and within which bounds where it does. */
const FRESH_MS = 5 * 60_000;
const FRESH_MIN_MS = 10_000;
const FRESH_MAX_MS = 60 * 60_000;
/** Pause after the first failure; it doubles up to `FRESH_MS`. */
const RETRY_MS = 5_000;
/** An upstream that no worker has been configured for, for this long, is gone. */
const GONE_MS = 24 * 60 * 60_000;
/** Events after which a run is replaced by a new one. */
const EVENTS_MAX = 2_000;

interface ListingSteps {
  listUpstream(request: { readonly upstream: string; readonly digest?: string }): Promise<Listed>;
}

const refreshSignal = defineSignal<[ListingSettings?]>(SIGNAL_REFRESH);
const acceptSignal = defineSignal<[string]>(SIGNAL_ACCEPT);

/** Runs until no worker has been configured for the upstream for a day. */
export async function upstreamListing(run: ListingRun): Promise<void> {
  const { upstream } = run;
  let { known, held, hold, queue } = run;
  let due = false;
  let accepted: string | undefined;
  setHandler(refreshSignal, (settings) => {
    if (settings) ({ hold, queue } = settings);
    due = true;
  });
  setHandler(acceptSignal, (digest) => {
    accepted = digest;
  });
  let state = workflowInfo().memo?.[MEMO_LISTING] as ListingState | undefined;
  const show = (shown: ListingState): void => {
    if (JSON.stringify(shown) !== JSON.stringify(state)) upsertMemo({ [MEMO_LISTING]: shown });
    state = shown;
  };
  const next = (): Promise<void> =>
    makeContinueAsNewFunc<typeof upstreamListing>({ memo: { [MEMO_LISTING]: state } })({
      upstream,
      hold,
      ...(queue !== undefined && { queue }),
      ...(known && { known }),
      ...(held && { held }),
      ...(!due && { fresh: true }),
    });
  const now = (): string => new Date().toISOString();
  const since = (of: ListingState['state']): string => (state?.state === of ? state.since : now());
  let ttlMs = state?.ttlMs ?? FRESH_MS;
  let pauseMs = RETRY_MS;
  const rest = async (): Promise<void> => {
    const failed = state?.state === 'failed';
    await condition(() => due || accepted !== undefined, failed ? pauseMs : ttlMs, {
      summary: failed ? 'Until it is tried again' : 'Until it is listed again',
    });
    if (accepted !== undefined && accepted !== held?.digest) accepted = undefined; // of something that is no longer held
  };

  // An upstream whose list is another one each time would be listed without end.
  if (run.fresh === true) await rest();
  for (;;) {
    due = false;
    try {
      const newest = held ?? known;
      const listed = await list({ upstream, ...(newest && { digest: newest.digest }) }, queue);
      ttlMs = Math.min(Math.max(listed.ttlMs ?? FRESH_MS, FRESH_MIN_MS), FRESH_MAX_MS);
      pauseMs = RETRY_MS;
      let latest: Listing | undefined = listed.kind === 'changed' ? listed.listing : newest;
      const isHeld = hold && known !== undefined && latest !== undefined && latest.digest !== known.digest;
      if (latest && accepted === latest.digest) [known, latest] = [latest, undefined];
      else if (!isHeld) [known, latest] = [latest, undefined];
      held = latest;
      show({
        state: 'connected',
        since: since('connected'),
        tools: known?.tools.length ?? 0,
        ttlMs,
        ...(known && { digest: known.digest }),
        ...(known && held && { held: { digest: held.digest, ...changesBetween(known, held) } }),
      });
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      show({
        state: 'failed',
        since: since('failed'),
        why: whyOf(error),
        tools: known?.tools.length ?? 0,
        ttlMs,
        ...(known && { digest: known.digest }),
        ...(state?.held && { held: state.held }),
      });
      if (isGone(error, upstream) && state && Date.now() - Date.parse(state.since) > GONE_MS) return;
      pauseMs = Math.min(pauseMs * 2, FRESH_MS);
    }
    const isNew = known?.digest !== run.known?.digest || held?.digest !== run.held?.digest;
    if (isNew || workflowInfo().historyLength > EVENTS_MAX) return next();
    await rest();
  }
}

// Temporal takes no behaviour from a worker that has no version.
setWorkflowOptions(
  () => (workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {}),
  upstreamListing,
);

function list(
  request: { readonly upstream: string; readonly digest?: string },
  queue: string | undefined,
): Promise<Listed> {
  const { listUpstream } = proxyActivities<ListingSteps>({
    taskQueue: queue === undefined ? TASK_QUEUE : queueOf(queue),
    startToCloseTimeout: LIST_MS,
    heartbeatTimeout: HEARTBEAT_MS,
    retry: { maximumAttempts: 1 }, // the loop tries again, and says why it has to
  });
  return listUpstream.executeWithOptions({ summary: `Listing ${request.upstream}` }, [request]);
}

/** The sentence of a failure of ours; of any other, that there was one. */
function whyOf({ cause }: ActivityFailure): string {
  return cause instanceof ApplicationFailure && cause.type !== 'broken'
    ? cause.message
    : 'It could not be listed: the worker that tried was lost, or failed.';
}

/** Whether no worker knows the upstream any more. One that refuses us is there, and may have its operator's attention tomorrow. */
function isGone({ cause }: ActivityFailure, upstream: string): boolean {
  return cause instanceof ApplicationFailure && cause.message === notConfigured(upstream);
}
