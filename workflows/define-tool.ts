/** How an author defines a tool: what the model sees, and the limits. How it runs is the workflow's affair. */
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
  /** Its steps run on the workers that poll the queue of this name (`worker.queues` in the configuration), which cap them. */
  readonly queue?: string;
  /** How long a result can be read after the end, at least. Default 24 hours. */
  readonly ttl?: Duration;
  /** `batch`: where workers are short, it gives way to everything else. */
  readonly priority?: 'batch';
  /**
   * What a hang-up of a 2026-07-28 client means: the end of its wait (`detach`, the default), or of the job, unless the call
   * carries an idempotency key: others may wait for that job.
   */
  readonly onDisconnect?: 'detach' | 'cancel';
}

/** What every tool's author says, however the tool runs. */
interface ToolFace<I extends z.ZodType, O extends z.ZodType> {
  /** Letters, digits, `_`, `-` and `.`; at most 64 characters. */
  readonly name: string;
  readonly title?: string;
  /** For the model: when to use it, what comes back, how long it takes. */
  readonly description: string;
  readonly input: I;
  readonly output?: O;
  readonly annotations?: Annotations;
  /** Capabilities without which a client's call is refused (-32021). A tool that needs none serves every client. */
  readonly needs?: readonly ('tasks' | 'elicitation' | 'sampling' | 'roots')[];
  readonly policy?: PolicyInWords;
  /** What it leaves when it is stopped can be gone on with: its workflow begins with `job.earlier`. */
  readonly continues?: true;
  /** `own`: the tool gets handle tools of its own, `start_X`, `query_X`, `wait_X` and `cancel_X`, in place of itself. */
  readonly handles?: 'own';
  /** The output in words, for clients that show no structured content. Without it the JSON is shown. */
  text?(output: z.output<O>): string;
  /** The same for outputs that are more than text: images, audio, resources, in MCP's content blocks. */
  content?(output: z.output<O>): ContentBlock[];
}

/** A workflow type as exported from `workflows/index.ts`; or, when one step is all there is, the name of that activity. */
type Run = { readonly workflow: string; readonly step?: never } | { readonly step: string; readonly workflow?: never };

/** A tool as its author writes it. */
export type ToolDefinition<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = ToolFace<I, O> & Run;

/** The validated arguments of tool `T`: what its workflow receives. */
export type InputOf<T> = T extends { readonly input: infer I extends z.ZodType } ? z.output<I> : never;
/** What the workflow of tool `T` returns. */
export type OutputOf<T> = T extends { readonly output?: infer O extends z.ZodType } ? z.output<O> : never;

/** Checks the definition against its type and hands it back as it is: the tool is data. */
export function defineTool<I extends z.ZodType, O extends z.ZodType>(
  definition: ToolDefinition<I, O>,
): ToolDefinition<I, O> {
  return definition;
}
