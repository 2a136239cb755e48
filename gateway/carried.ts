/** What every job carries of its call, however it is started: for its workflow, for the Web UI, and for the order in line. */
import type { SearchAttributePair } from '@temporalio/common';
import { KIT, MEMO_JOB, MEMO_PROGRESS } from '../workflows/contract';
import type { Caller, JobMemo, Progress } from '../workflows/contract';
import type { Rules } from './config';
import type { Ids } from './ids';
import type { Tool } from './tools';
import { SUBJECT, TENANT, TOOL } from './search-attributes';

/** Priority of batch work, from 1 to 5; everything else has 3. */
const BATCH = 5;

/**
 * Time that a job may take besides its budget and its question, milliseconds: its workers may be down for a few days, or it may ask
 * more than once.
 */
const SLACK_MS = 7 * 86_400_000;

/** Longest line about a job in lists and in the Web UI, bytes: as long as Temporal wants a summary to be. */
const LINE_MAX = 200;

/** What a start and a schedule of Temporal have in common. */
export interface Carried {
  readonly taskQueue: string;
  readonly args: unknown[];
  /** Temporal ends the job then, whatever its code does: milliseconds from its beginning. */
  readonly workflowExecutionTimeout: number;
  readonly memo: Record<string, unknown>;
  readonly staticSummary: string;
  readonly typedSearchAttributes: SearchAttributePair[];
  readonly priority: { readonly fairnessKey?: string; readonly fairnessWeight?: number; readonly priorityKey?: number };
}

/** Says what the job of a call carries. `call`: what only this call knows. */
export type Carry = (
  tool: Tool,
  input: unknown,
  caller: Caller,
  call: Pick<JobMemo, 'argsHash' | 'at' | 'begins' | 'callback' | 'continues'>,
) => Carried;

/**
 * @param rules - `weights`: the share of a tenant while workers are short; a tenant that is not listed has 1. Read with each call.
 * @param ids - absent: nobody asks for these jobs by their subject
 */
export function createCarry(rules: Pick<Rules, 'keys' | 'weights'>, ids?: Pick<Ids, 'subjectTag'>): Carry {
  // A single tenant has nobody to share with, and keys of shares are paid for where Temporal is.
  const isShared = ({ keys, weights }: typeof rules): boolean =>
    Object.keys(weights).length > 0 || keys.some(({ tenant }) => tenant !== keys[0]?.tenant);
  return (tool, input, caller, call) => {
    const { name, policy, ownHandles, route } = tool;
    const given = JSON.stringify(input ?? {});
    const memo: JobMemo = {
      tool: name,
      caller,
      policy,
      kit: KIT,
      args: cutToBytes(given, LINE_MAX),
      ...call,
      ...(ownHandles && { handles: 'own' }),
    };
    return {
      taskQueue: route.taskQueue,
      args: [...route.args(input)],
      workflowExecutionTimeout: policy.budgetMs + policy.askMs + SLACK_MS,
      memo: { [MEMO_JOB]: memo, ...firstProgress(tool, call.at) },
      staticSummary: cutToBytes(`${name} ${given}`, LINE_MAX),
      typedSearchAttributes:
        route.unlisted === true
          ? []
          : [
              { key: TENANT, value: caller.tenant },
              ...(ids ? [{ key: SUBJECT, value: ids.subjectTag(caller) }] : []),
              { key: TOOL, value: name },
            ],
      priority: {
        // Tenants share the workers by their weights; within a tenant, batch work comes after everything else.
        ...(isShared(rules) && { fairnessKey: caller.tenant, fairnessWeight: rules.weights[caller.tenant] ?? 1 }),
        ...(tool.batch && { priorityKey: BATCH }),
      },
    };
  };
}

/** Where the job is once it has begun, if that is known before: its workflow need not write it then. */
function firstProgress({ route: { step }, policy }: Tool, at?: string): { readonly [MEMO_PROGRESS]?: Progress } {
  if (step === undefined || policy.approval === 'required') return {};
  return { [MEMO_PROGRESS]: { done: 0, message: step, ...(at !== undefined && { at }) } };
}

/** The beginning of a text, no character in part, with a sign that it was cut. */
function cutToBytes(text: string, max: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= max) return text;
  return `${new TextDecoder().decode(bytes.subarray(0, max - 3), { stream: true })}…`;
}
