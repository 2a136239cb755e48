/** How an author defines a tool: what the model sees, and the limits. The workflow says how it runs. */
import type { ContentBlock } from '@modelcontextprotocol/server';
import type { z } from 'zod';

/** Hints for the client (MCP `ToolAnnotations`). They also choose the default number of attempts. */
export interface Annotations {
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

type Unit = 'ms' | 's' | 'second' | 'seconds' | 'minute' | 'minutes' | 'hour' | 'hours' | 'day' | 'days';
/** A time in words, such as `10 minutes` or `1.5 hours`. */
export type Duration = `${number} ${Unit}`;

/** Limits in words. Every field has a default; `Policy` in the contract says what each means. */
export interface PolicyInWords {
  readonly budget?: Duration;
  readonly stepTimeout?: Duration;
  readonly heartbeat?: Duration;
  readonly retry?: { readonly attempts?: number; readonly initial?: Duration; readonly max?: Duration };
  readonly ask?: Duration;
  /** `required`: a person has to allow each call before anything happens. */
  readonly approval?: 'required';
  /** How long a call waits before it answers with a handle, whatever the client's patience. At most 240 s. */
  readonly wait?: Duration;
  /** Its steps run on the workers that poll this queue (`worker.queues` in the configuration), which limit how many run at once. */
  readonly queue?: string;
  /** How long a result can be read after the end of its job, at least. Default 24 hours. */
  readonly ttl?: Duration;
  /** `batch`: when workers are short, everything else goes first. */
  readonly priority?: 'batch';
  /**
   * What happens when a 2026-07-28 client hangs up. `detach`, the default: only its wait ends. `cancel`: the job is cancelled,
   * unless the call had an idempotency key, since others may wait for that job.
   */
  readonly onDisconnect?: 'detach' | 'cancel';
}

/** A tool as the model and the gateway see it, however it runs. */
interface ToolFace<I extends z.ZodType, O extends z.ZodType> {
  /** Letters, digits, `_`, `-` and `.`; at most 64 characters. */
  readonly name: string;
  readonly title?: string;
  /** For the model: when to use it, what comes back, how long it takes. */
  readonly description: string;
  readonly input: I;
  readonly output?: O;
  /**
   * The part of the output that is given as data, where that is not all of it: `output.omit({ png: true })` leaves out the bytes that
   * `content` shows, which would be sent twice. It is the output schema that clients see.
   */
  readonly structured?: z.ZodObject;
  readonly annotations?: Annotations;
  /** Capabilities that a client must have; otherwise its call is refused (-32021). Absent: the tool serves every client. */
  readonly needs?: readonly ('tasks' | 'elicitation' | 'sampling' | 'roots')[];
  readonly policy?: PolicyInWords;
  /** A job that was stopped can be continued: the workflow goes on from `job.earlier`. */
  readonly continues?: true;
  /** `own`: the tool is offered as four tools of its own, `start_X`, `query_X`, `wait_X` and `cancel_X`. */
  readonly handles?: 'own';
  /** The output in words, for clients that show no structured content. Without it the JSON is shown. */
  text?(output: z.output<O>): string;
  /** The output as MCP content blocks, where it is more than text: images, audio, resources. */
  content?(output: z.output<O>): ContentBlock[];
}

/** How a tool runs: a workflow that `workflows/index.ts` exports, or, when one step is enough, the name of that activity. */
type Run = { readonly workflow: string; readonly step?: never } | { readonly step: string; readonly workflow?: never };

/** A tool as its author writes it. */
export type ToolDefinition<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = ToolFace<I, O> & Run;

/** The validated arguments of tool `T`: what its workflow receives. */
export type InputOf<T> = T extends { readonly input: infer I extends z.ZodType } ? z.output<I> : never;
/** What the workflow of tool `T` returns. */
export type OutputOf<T> = T extends { readonly output?: infer O extends z.ZodType } ? z.output<O> : never;

/** Checks the type of a definition and returns it unchanged: a tool is data. */
export function defineTool<I extends z.ZodType, O extends z.ZodType>(
  definition: ToolDefinition<I, O>,
): ToolDefinition<I, O> {
  return definition;
}
