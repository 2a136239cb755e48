/** What steps may ask of Temporal about workflows that are not their own job. The worker, which has the connection, does it. */
import type { ForeignSeen, ForeignStart, Place } from '../../workflows/catalog-contract';

/** A workflow as `describe` tells of it. */
export interface Described {
  readonly type: string;
  readonly running: boolean;
  readonly memo: Readonly<Record<string, unknown>>;
  /** The last heartbeat of a step that runs, in whatever form its worker wrote it; undefined when there is none. */
  readonly heartbeat: unknown;
}

/** The end of a workflow. */
export type Ended = Exclude<ForeignSeen, { readonly kind: 'asks' }>;

/** What a handler gave back; or why it did not. */
export type Handled =
  | { readonly kind: 'value'; readonly value: unknown }
  /** It has ended, or no longer exists. */
  | { readonly kind: 'gone' }
  /** The workflow has no handler of that name. */
  | { readonly kind: 'unhandled' }
  /** The handler threw: its own words. */
  | { readonly kind: 'threw'; readonly words: string }
  /** No worker answered in time. An update that was accepted goes on. */
  | { readonly kind: 'silent' };

/** Each throws `unavailable` when Temporal does not answer, and stops waiting when `signal` fires. */
export interface Workflows {
  /** Starts a workflow; nothing happens where one of its id is or was there. @throws `refused` when Temporal does not take it */
  start(workflow: ForeignStart): Promise<void>;
  /** Undefined when there is none. @throws `refused` when the worker may not look there */
  describe(place: Place): Promise<Described | undefined>;
  /** Waits for its end, `ms` milliseconds at most; undefined when it goes on. */
  ended(place: Place, ms: number, signal: AbortSignal): Promise<Ended | undefined>;
  cancel(place: Place): Promise<void>;
  /** @param id - the same in each attempt: Temporal takes it once */
  signal(place: Place, name: string, args: readonly unknown[], id: string): Promise<Handled>;
  query(place: Place, name: string, args: readonly unknown[]): Promise<Handled>;
  /** @param id - the same in each attempt: Temporal takes it once, and a later attempt gets its result */
  update(place: Place, name: string, args: readonly unknown[], id: string, signal: AbortSignal): Promise<Handled>;
}
