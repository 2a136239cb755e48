/** The one record that every tool becomes, wherever it was defined. After `tools/list` nothing branches on its origin. */
import { msToNumber } from '@temporalio/common/lib/time';
import { z } from 'zod';
import type { ContentBlock, Tool as ListedTool } from '@modelcontextprotocol/server';
import { DEFAULT_POLICY, QUEUE_NAME, SINGLE_STEP, TASK_QUEUE } from '../workflows/contract';
import type { Callback, Policy } from '../workflows/contract';
import type { Annotations, Duration, PolicyInWords, ToolDefinition } from '../workflows/define-tool';
import { closedUnlessOpen } from './closed';
import { isRecord, json } from './json';
import { answerSchema, checkWith, closedNamesIn, jsonSchemaOf } from './schemas';
import type { Checked } from './schemas';
import { withoutAdded } from './unknown-arguments';

/** Longest name that leaves room for `cancel_` in the 64 characters of MCP. */
const OWN_MAX = 57;

/** Where a tool's jobs run. */
export interface Route {
  readonly workflow: string;
  readonly taskQueue: string;
  /** What the workflow receives. */
  readonly args: (input: unknown) => readonly unknown[];
  /** The one step of its jobs. Absent: they have more, or it is not known. */
  readonly step?: string;
  /** Its jobs carry no search attributes of ours: they are in no list, and in no quota. Absent: they do. */
  readonly unlisted?: true;
}

/** A tool, ready to be listed, checked and started. */
export interface Tool {
  readonly name: string;
  /** Where it is from, and its name there; absent: it is a tool of ours. */
  readonly origin?: { readonly upstream: string; readonly original: string };
  readonly listed: ListedTool;
  /** What is listed for clients that are never given a handle in words, where it differs. */
  readonly listedBare?: ListedTool;
  /** Why it cannot be called just now; absent: it can. */
  readonly withheld?: string;
  readonly route: Route;
  readonly policy: Policy;
  /** In its place where the end of the job has to be reported to a callback: its own workflow would not. Absent: it does. */
  readonly reporting?: Tool;
  /** Longest wait before an answer with a handle, milliseconds, where the author says one. */
  readonly waitMs: number | undefined;
  readonly onDisconnect: 'detach' | 'cancel';
  readonly needs: NonNullable<ToolDefinition['needs']>;
  readonly continues: boolean;
  readonly batch: boolean;
  readonly ownHandles: boolean;
  readonly check: (args: unknown) => Checked;
  /** The output as the model sees it. */
  readonly content: (output: unknown) => readonly ContentBlock[];
  /** The output as data that fits the listed schema; undefined when it does not fit, or is no record. */
  readonly structured: (output: unknown) => Record<string, unknown> | undefined;
}

/** The records of tools that are authored in code, by name. @throws Error when a definition breaks a rule; and as {@link byName} */
export function authoredTools(definitions: readonly ToolDefinition[]): ReadonlyMap<string, Tool> {
  return byName(definitions.map(toolOf));
}

/** Finds tools by their names. @throws Error when a name is taken: by another tool, or by a handle tool (`job_…`) */
export function byName(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  const named = new Map<string, Tool>();
  for (const tool of tools) {
    const { name } = tool;
    if (named.has(name)) throw new Error(`Two tools are named ${name}. Rename one.`);
    if (name.startsWith('job_'))
      throw new Error(`Tool ${name}: names that begin with job_ belong to the handle tools.`);
    named.set(name, tool);
  }
  return named;
}

/**
 * The record of an authored tool.
 *
 * @throws Error when the definition breaks a rule of MCP or of ours; at start, not at the first call
 */
function toolOf(definition: ToolDefinition): Tool {
  const { name, title, description, annotations, output } = definition;
  const input = closedUnlessOpen(definition.input);
  const names = closedNamesIn(input);
  const structured = definition.structured?.strip() ?? output;
  const policy = policyOf(definition.policy ?? {}, annotations ?? {});
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name))
    throw new Error(`Tool name "${name}" must be 1 to 64 of A-Z, a-z, 0-9, _, - and .`);
  if (definition.handles === 'own' && name.length > OWN_MAX)
    throw new Error(`Tool ${name}: with handles of its own its name may have ${OWN_MAX} characters.`);
  if (policy.queue !== undefined && !QUEUE_NAME.test(policy.queue))
    throw new Error(`Tool ${name}: queue must be 1 to 32 of a-z, 0-9 and -, as in worker.queues.`);
  if (policy.attempts < 1) throw new Error(`Tool ${name}: retry.attempts must be at least 1.`);
  return {
    name,
    listed: {
      name,
      description,
      ...(title !== undefined && { title }),
      ...(annotations && { annotations }),
      inputSchema: jsonSchemaOf(input, 'input'),
      ...(structured && { outputSchema: answerSchema(jsonSchemaOf(structured, 'output')) }),
    },
    route: routeOf(definition),
    policy,
    check: (args) => checkWith(input, names ? withoutAdded(args, names) : args),
    waitMs: definition.policy?.wait === undefined ? undefined : msToNumber(definition.policy.wait),
    onDisconnect: definition.policy?.onDisconnect ?? 'detach',
    needs: definition.needs ?? [],
    continues: definition.continues === true,
    batch: definition.policy?.priority === 'batch',
    ownHandles: definition.handles === 'own',
    content: (value) => {
      // A job may have ended under an older schema.
      const fits = output?.safeParse(value);
      if (fits?.success === true && definition.content) return definition.content(fits.data);
      return [
        { type: 'text', text: fits?.success === true && definition.text ? definition.text(fits.data) : json(value) },
      ];
    },
    structured: (value) => {
      const fits = (output ?? z.unknown()).safeParse(value);
      const given = fits.success ? (definition.structured?.strip().safeParse(fits.data) ?? fits) : fits;
      return given.success && isRecord(given.data) ? given.data : undefined;
    },
  };
}

/** The tool as a call of it is started. */
export function toolFor(tool: Tool, callback: Callback | undefined): Tool {
  return callback === undefined ? tool : (tool.reporting ?? tool);
}

function routeOf({ workflow, step }: ToolDefinition): Route {
  return step === undefined
    ? { workflow, taskQueue: TASK_QUEUE, args: (input) => [input] }
    : { workflow: SINGLE_STEP, taskQueue: TASK_QUEUE, args: (input) => [{ step, input }], step };
}

/** Where a step may take this long, beats would add up, and a minute more until a lost worker is missed weighs little. */
const LONG_STEP_MS = 30 * 60_000;
const LONG_HEARTBEAT_MS = 75_000;

/** The policy as data. What may not be repeated is attempted once, unless its author says otherwise. */
export function policyOf(words: PolicyInWords, { readOnlyHint, idempotentHint }: Annotations): Policy {
  const ms = (duration: Duration | undefined, otherwise: number): number =>
    duration === undefined ? otherwise : msToNumber(duration);
  const stepTimeoutMs = ms(words.stepTimeout, DEFAULT_POLICY.stepTimeoutMs);
  return {
    budgetMs: ms(words.budget, DEFAULT_POLICY.budgetMs),
    stepTimeoutMs,
    heartbeatMs: ms(words.heartbeat, stepTimeoutMs < LONG_STEP_MS ? DEFAULT_POLICY.heartbeatMs : LONG_HEARTBEAT_MS),
    attempts: words.retry?.attempts ?? (readOnlyHint === true || idempotentHint === true ? DEFAULT_POLICY.attempts : 1),
    retryInitialMs: ms(words.retry?.initial, DEFAULT_POLICY.retryInitialMs),
    retryMaxMs: ms(words.retry?.max, DEFAULT_POLICY.retryMaxMs),
    askMs: ms(words.ask, DEFAULT_POLICY.askMs),
    ttlMs: ms(words.ttl, DEFAULT_POLICY.ttlMs),
    ...(words.approval && { approval: words.approval }),
    ...(words.queue !== undefined && { queue: words.queue }),
  };
}
