/** What the listings of upstreams keep in Temporal, where it is read without a worker. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { MEMO_LISTING, listingId } from '../../workflows/upstream-contract';
import type { ListingRun, ListingState } from '../../workflows/upstream-contract';
import { beganWith } from './begun';
import type { Store } from './connection';

/** A listing at one moment. */
export interface Kept {
  /** The run that keeps it: it is another one after each change of what is offered. */
  readonly run: string;
  /** How the upstream is; undefined until it was listed once. */
  readonly state: ListingState | undefined;
}

export interface KeptListings {
  /** How it is; undefined when nobody keeps it. */
  look(upstream: string): Promise<Kept | undefined>;
  /** What a run began with: what is offered, and what is held back. */
  begun(upstream: string, run: string): Promise<ListingRun>;
}

/** Reads them. Errors are those of the client. */
export function createKept(store: Pick<Store, 'client' | 'connection' | 'namespace' | 'decoded'>): KeptListings {
  return {
    async look(upstream) {
      try {
        const { runId, memo, status } = await store.client.workflow.getHandle(listingId(upstream)).describe();
        if (status.name !== 'RUNNING') return undefined;
        return { run: runId, state: memo?.[MEMO_LISTING] as ListingState | undefined };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },

    begun: async (upstream, runId) =>
      (await beganWith(store, { workflowId: listingId(upstream), runId })) as ListingRun,
  };
}
