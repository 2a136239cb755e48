/** An upstream, whatever it speaks: an MCP server, or an HTTP API with an OpenAPI document. */
import type { StepContext } from '../step';
import type {
  FollowRequest,
  InputReply,
  InputRequest,
  Listing,
  ReadRequest,
  Reading,
  Given,
  UpstreamAnswer,
  UpstreamRequest,
} from '../../workflows/upstream-contract';

/** What an upstream offers, before it is compared with what it offered before. */
export type Offer = Omit<Listing, 'digest' | 'at' | 'tools'> & {
  /** MCP's `Tool`s, as they came. */
  readonly tools: readonly Given[];
  /** How long it stays fresh, milliseconds, if the upstream says so. */
  readonly ttlMs?: number;
};

/** What a call may ask of the job that it belongs to. */
export interface CallContext extends StepContext {
  /** Puts a request of the upstream before the caller, and waits for the reply: for hours, if need be. */
  readonly ask: (request: InputRequest) => Promise<InputReply>;
  /** Whether the job has ended: then nobody goes on with what the call has begun. */
  readonly isOver: () => Promise<boolean>;
}

/**
 * An upstream. All that it throws is a `failure`: `unavailable` with no side effect where nothing was sent, `outcome_unknown` (or
 * `unavailable`, where the request is repeatable) where the answer was lost, `refused` where it said no.
 */
export interface Upstream {
  /** Everything that it offers, within the limits of `UpstreamLimits`. */
  list(signal: AbortSignal): Promise<Offer>;
  call(request: UpstreamRequest, context: CallContext): Promise<UpstreamAnswer>;
  /** Follows a task to its end. It may be asked again after a worker was lost. */
  follow(request: FollowRequest, context: CallContext): Promise<UpstreamAnswer>;
  /** Reads a resource or a prompt, or tells what has to be answered first, to a request that knows of that. */
  read(request: ReadRequest, signal: AbortSignal): Promise<Reading>;
  /** Told when what it offers has changed, if it says so by itself. */
  onChange(listener: () => void): void;
  /** Ends connections and children. Calls in flight end first, within `withinMs`. */
  close(withinMs: number): Promise<void>;
}
