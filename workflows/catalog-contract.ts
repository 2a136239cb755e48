/**
 * What gateway, workflows and workers agree on about workflows of other people: those that tools run in other places, those that tools
 * steer, and those that call our tools. Like the contract, it imports only that, and everything in it is a wire format.
 */
import type { Caller, Failure, FailureDetail, Question } from './contract';

/** Workflow type of a job that runs a workflow of somebody else, in another namespace or after a person has allowed it. */
export const FOREIGN_RUN = 'foreignRun';
/** Step of the jobs that steer a running workflow. */
export const STEER = 'steerWorkflow';

/** Where a workflow is. */
export interface Place {
  readonly namespace: string;
  readonly workflowId: string;
}

/** The id of the workflow that a job runs in its own name: derived, so that it is started once however often that is tried. */
export const foreignIdOf = (jobsWorkflowId: string): string => `${jobsWorkflowId}/run`;

/** The only argument of {@link FOREIGN_RUN}. */
export interface ForeignRun {
  readonly namespace: string;
  readonly workflow: string;
  readonly queue: string;
  readonly args: readonly unknown[];
  /** Whether it carries our search attributes, which its namespace must have then. */
  readonly searchAttributes: boolean;
  /** What the caller gave, for a person who has to allow it. */
  readonly given: unknown;
}

/** The argument of the step `startForeign`. */
export interface ForeignStart extends Place, Pick<ForeignRun, 'workflow' | 'queue' | 'args'> {
  readonly memo: Readonly<Record<string, unknown>>;
  /** Keywords by name. */
  readonly searchAttributes: Readonly<Record<string, string>>;
  /** Temporal ends it then, whatever its code does: milliseconds from its beginning. */
  readonly timeoutMs: number;
}

/** The argument of the step `followForeign`. */
export interface ForeignFollow extends Place {
  /** Keys of the questions that were put before a person already, and of those that still are. */
  readonly asked: readonly string[];
  readonly open: readonly string[];
}

/** What came of following it: its end, or new questions to a person, and those that it no longer asks. */
export type ForeignSeen =
  | { readonly kind: 'done'; readonly value: unknown }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly sentence: string;
      readonly detail: FailureDetail;
    }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'asks'; readonly questions: readonly Question[]; readonly withdrawn: readonly string[] };

/** The argument of the step {@link STEER}. */
export interface Steer {
  readonly namespace: string;
  /** The handler: its kind and its name. */
  readonly handler: 'signal' | 'query' | 'update';
  readonly name: string;
  readonly args: readonly unknown[];
  /** The types that may be steered. */
  readonly workflows: readonly string[];
  /** A job of the caller's own; or the id of a workflow that others start. */
  readonly target: { readonly job: string } | { readonly workflowId: string };
}

/** The only argument of `callTool`, which runs any tool as a child of a workflow in any language: a published type, on task queue `holdfast`. */
export interface ToolCall {
  readonly tool: string;
  readonly arguments?: unknown;
  /** In whose name: for the audit and the fair shares of tenants. Absent: tenant `workflows`, and the calling workflow's id. */
  readonly caller?: Caller;
}

/** The argument of the step `lookUpTool`. */
export interface ToolLookUp extends ToolCall {
  readonly caller: Caller;
}

/** What `lookUpTool` returns: how the tool's job is started. */
export interface ToolRun {
  readonly workflow: string;
  readonly taskQueue: string;
  readonly args: readonly unknown[];
  readonly workflowExecutionTimeout: number;
  readonly memo: Readonly<Record<string, unknown>>;
  readonly staticSummary: string;
  /** Keywords by name. */
  readonly searchAttributes: Readonly<Record<string, string>>;
  readonly priority: { readonly priorityKey?: number };
}
