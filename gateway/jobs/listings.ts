/** What upstreams offer, as their listings keep it in Temporal: it is read without a worker, and the gateway talks to no upstream. */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { TASK_QUEUE } from '../../workflows/contract';
import {
  SIGNAL_ACCEPT,
  SIGNAL_REFRESH,
  UPSTREAM_LISTING,
  UPSTREAM_READ,
  listingId,
} from '../../workflows/upstream-contract';
import type { ListingRun, ListingSettings, ReadRequest, Reading } from '../../workflows/upstream-contract';
import { grpcCodeOf } from './connection';
import type { Store } from './connection';
import { POLL_MS } from './end';
import { createKept } from './kept';
import type { KeptListings } from './kept';
import { failedOutcome } from './outcome';
import type { Outcome } from './outcome';

const { HistoryEventFilterType } = temporal.api.enums.v1;

/** Longest that a reading of an upstream may take, milliseconds. */
const READ_MS = 25_000;

/** Reading throws Problem `unavailable`, as all of it does. */
export interface Listings extends KeptListings {
  /** Has the listing of an upstream kept from now on, by these settings, and looked after at once. @throws Problem `unavailable` */
  keep(upstream: string, settings: ListingSettings): Promise<void>;
  /** Lets what is held back count from now on, if it still is what this digest says. @throws Problem `unavailable` */
  accept(upstream: string, digest: string): Promise<void>;
  /** Resolves when the run is over, and so there is another one; or after some 18 s, or when the connection fails. */
  over(upstream: string, run: string, signal: AbortSignal): Promise<void>;
  /** Reads a resource or a prompt through a worker: a `Reading`, if it is done. @throws Problem `unavailable` */
  read(request: ReadRequest): Promise<Outcome>;
}

export function createListings(store: Store): Listings {
  const { client, connection, namespace, ask } = store;
  const kept = createKept(store);
  return {
    async keep(upstream, settings) {
      await ask(() =>
        client.workflow.signalWithStart(UPSTREAM_LISTING, {
          workflowId: listingId(upstream),
          taskQueue: TASK_QUEUE,
          args: [{ upstream, ...settings } satisfies ListingRun],
          signal: SIGNAL_REFRESH,
          signalArgs: [settings],
          staticSummary: `What ${upstream} offers`,
        }),
      );
    },

    look: (upstream) => ask(() => kept.look(upstream)),
    begun: (upstream, run) => ask(() => kept.begun(upstream, run)),

    accept: (upstream, digest) =>
      ask(() => client.workflow.getHandle(listingId(upstream)).signal(SIGNAL_ACCEPT, digest)),

    async over(upstream, run, signal) {
      // Not AbortSignal.any: the client never lets go of a signal, and Node never of such a one that somebody listens to.
      const enough = new AbortController();
      const stop = (): void => enough.abort();
      const late = setTimeout(stop, POLL_MS);
      signal.addEventListener('abort', stop, { once: true });
      try {
        signal.throwIfAborted();
        await connection.withAbortSignal(enough.signal, () =>
          connection.workflowService.getWorkflowExecutionHistory({
            namespace,
            execution: { workflowId: listingId(upstream), runId: run },
            waitNewEvent: true,
            historyEventFilterType: HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
          }),
        );
      } catch (error) {
        if (grpcCodeOf(error) === undefined) throw error; // otherwise it is over, cannot be asked just now, or was not in time
      } finally {
        clearTimeout(late);
        signal.removeEventListener('abort', stop);
      }
    },

    async read(request) {
      try {
        const given = await ask(
          () =>
            client.workflow.execute<(request: ReadRequest) => Promise<Reading>>(UPSTREAM_READ, {
              workflowId: `holdfast/read/${randomUUID()}`,
              taskQueue: TASK_QUEUE,
              args: [request],
              workflowExecutionTimeout: READ_MS,
              staticSummary: `${request.method} of ${request.upstream}`,
            }),
          READ_MS,
        );
        return { kind: 'done', value: given };
      } catch (error) {
        if (error instanceof WorkflowFailedError) return failedOutcome(error, false);
        throw error;
      }
    },
  };
}
