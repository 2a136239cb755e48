/**
 * What gateway, workflows and workers agree on about upstreams: MCP servers and HTTP APIs that exist without us, whose tools become
 * durable here. A worker holds the connection and the secrets; everyone else sees what is in this file. Like the contract, it
 * imports nothing, and everything in it is a wire format.
 */

/** The configuration's key of an upstream: 1 to 32 of a-z, 0-9, _ and -. It is the prefix of its tools and resources. */
export const UPSTREAM_NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/;

/** Workflow types. */
export const UPSTREAM_LISTING = 'upstreamListing';
export const UPSTREAM_CALL = 'upstreamCall';
export const UPSTREAM_READ = 'upstreamRead';

/** Workflow id of the one execution that keeps what an upstream offers: it runs for as long as the upstream is configured. */
export const listingId = (upstream: string): string => `holdfast/upstream/${upstream}`;

/** Signal to that execution: list again now. With {@link ListingSettings}: by these from now on. */
export const SIGNAL_REFRESH = 'holdfast.refresh';
/** Signal to that execution: the operator has seen the changes of this digest, and they count from now on. */
export const SIGNAL_ACCEPT = 'holdfast.accept';
/** Memo key of {@link ListingState}. */
export const MEMO_LISTING = 'listing';
/** Update that a step sends to its own job while the upstream waits for an answer: {@link InputRequest} in, {@link InputReply} out. */
export const UPDATE_ASK = 'holdfast.ask';
/** The sentence of the step that runs where nobody has configured the upstream: by it a listing knows that it is gone. */
export const notConfigured = (upstream: string): string =>
  `Upstream ${upstream} is not configured where this ran: its operator adds it, or its queue.`;
/** Longest {@link Listing}, bytes of JSON: what is offered and what is held back have to fit into one argument, of 2 MiB at most. */
export const LISTING_MAX = 1_040_000;

/** JSON as an upstream gave it: nothing is added, left out or put in another order. */
export type Given = Readonly<Record<string, unknown>>;

/** One tool of an upstream. */
export interface OfferedTool {
  /** Its name there. */
  readonly name: string;
  /** MCP's `Tool`, as it came. */
  readonly definition: Given;
  /** SHA-256 of the canonical JSON of the definition, hex: who approves a call approves this. */
  readonly digest: string;
}

/** What an upstream offers. */
export interface Listing {
  readonly tools: readonly OfferedTool[];
  readonly resources: readonly Given[];
  readonly resourceTemplates: readonly Given[];
  readonly prompts: readonly Given[];
  /** SHA-256 of all of the above, hex. */
  readonly digest: string;
  /** When it was seen first, ISO 8601. */
  readonly at: string;
  /** `serverInfo` and the protocol revision, for people. */
  readonly server?: { readonly name: string; readonly version: string; readonly protocol?: string };
  /** What was left out of the listing, a sentence each: more tools than the limit, a definition too large or too deep. */
  readonly left: readonly string[];
}

/** What a listing comes to: nothing new since `digest`, or all of it. `ttlMs`: how long the upstream says that it stays fresh. */
export type Listed =
  | { readonly kind: 'unchanged'; readonly ttlMs?: number }
  | { readonly kind: 'changed'; readonly listing: Listing; readonly ttlMs?: number };

/** What the configuration says of a listing. */
export interface ListingSettings {
  /** Queue that its steps run on; absent: the one of all steps. */
  readonly queue?: string;
  /** Whether changes are held back until an operator has seen them. */
  readonly hold: boolean;
}

/** The only argument of each run of {@link UPSTREAM_LISTING}, readable without a worker as the first event of its history. */
export interface ListingRun extends ListingSettings {
  readonly upstream: string;
  /** What is offered to callers. Absent: it was never reached. */
  readonly known?: Listing;
  /** What was listed since, and is held back until an operator has seen it (`on_change: hold`). */
  readonly held?: Listing;
  /** Whether the run before has just listed it, so that this one waits first. Absent: it lists at once. */
  readonly fresh?: boolean;
}

/** How an upstream is, in the memo of its listing. Absent until it was listed once, or failed to be. */
export interface ListingState {
  readonly state: 'connected' | 'failed';
  /** Since when it is so, ISO 8601. */
  readonly since: string;
  /** Why it failed, a sentence of ours. */
  readonly why?: string;
  readonly tools: number;
  readonly digest?: string;
  /** Digest of what is held back, and by name what would be different. */
  readonly held?: Changes & { readonly digest: string };
  /** How long the listing stays fresh, milliseconds. */
  readonly ttlMs: number;
}

/** Tools by name. */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The only argument of {@link UPSTREAM_CALL}. */
export interface UpstreamCall {
  readonly upstream: string;
  /** Its name there. */
  readonly tool: string;
  /** Digest of the definition that the caller saw. */
  readonly digest: string;
  readonly arguments: Given;
  /** Whether the policy allows another attempt: then an answer that was lost is a reason for one. */
  readonly repeatable: boolean;
  /** Whether a definition that changed since refuses the call: a person has approved the former one. */
  readonly exact: boolean;
}

/** The argument of the step `callUpstream`. */
export interface UpstreamRequest extends UpstreamCall {
  /** Equal in all attempts at this call, and in no other call: for `_meta["io.holdfast/idempotency-key"]`, or the API's own header. */
  readonly key: string;
  /** A tag of the caller, for upstreams with a session for each caller. It tells nothing about who that is. */
  readonly caller: string;
  /** Answers to what an earlier round required, and the state that goes with them (2026-07-28). */
  readonly responses?: Given;
  readonly requestState?: string;
}

/** A request of the upstream to the client: `elicitation/create`, `sampling/createMessage` or `roots/list`. */
export interface InputRequest {
  /** Unique in the call. */
  readonly key: string;
  readonly method: string;
  readonly params: Given;
}

/** MCP's result for that request, such as `{ action: 'accept', content }`; or that nobody could or would answer. */
export type InputReply = { readonly result: Given } | { readonly refused: string };

/** A task of the upstream, to be followed to its end. */
export interface UpstreamTask {
  readonly id: string;
  /** A revision of MCP; `http`: an address that tells how it is, since the API answered 202. */
  readonly dialect: '2025-11-25' | '2026-07-28' | 'http';
  readonly pollMs: number;
}

/** What came of a call, or of following its task. */
export type UpstreamAnswer =
  | {
      readonly kind: 'result';
      /** MCP's `CallToolResult`, as it came. */
      readonly result: Given;
      /** What we have to say about it, a sentence each: it does not fit its own output schema, its definition has changed. */
      readonly notes?: readonly string[];
    }
  | { readonly kind: 'input_required'; readonly requests: readonly InputRequest[]; readonly requestState?: string }
  | { readonly kind: 'task'; readonly task: UpstreamTask };

/** The argument of the step `followUpstream`. */
export interface FollowRequest extends Pick<UpstreamRequest, 'upstream' | 'tool' | 'caller'> {
  readonly task: UpstreamTask;
  /** Answers to what the task asked for, by key: MCP's results. */
  readonly responses?: Given;
}

/** The argument of {@link UPSTREAM_READ} and of the step `readUpstream`. */
export interface ReadRequest {
  readonly upstream: string;
  readonly queue?: string;
  /** As for a call, where each caller has a session of its own. Absent: it is read in none of theirs. */
  readonly caller?: string;
  readonly method: 'resources/read' | 'prompts/get' | 'completion/complete';
  readonly params: Given;
  /** Whether the reader knows what to do with {@link ReadQuestions}. Absent: an upstream that asks back is a failure `refused`. */
  readonly asks?: true;
  /** Answers to what an earlier round required, and the state that goes with them (2026-07-28). Absent: it is the first. */
  readonly responses?: Given;
  readonly requestState?: string;
}

/** What an upstream wants to know before it gives what is read. `resultType` is part of MCP's frame: no other reading's result has it. */
export interface ReadQuestions {
  readonly resultType: 'input_required';
  /** By key, as MCP has them: `method` and `params`. */
  readonly inputRequests: Readonly<Record<string, Pick<InputRequest, 'method' | 'params'>>>;
  readonly requestState?: string;
}

/** What a reading comes to: MCP's result without its frame, or what has to be answered first. */
export type Reading = Given | ReadQuestions;

export function isReadQuestions(value: unknown): value is ReadQuestions {
  return typeof value === 'object' && value !== null && 'resultType' in value && value.resultType === 'input_required';
}

/** The output of {@link UPSTREAM_CALL}, by which a reader of the job knows it although the tool is gone. */
export interface Relayed {
  readonly holdfast: 'relayed';
  readonly result: Given;
  readonly notes?: readonly string[];
}

export function isRelayed(value: unknown): value is Relayed {
  return typeof value === 'object' && value !== null && 'holdfast' in value && value.holdfast === 'relayed';
}
