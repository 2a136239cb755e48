/** Tools that are workflows of somebody else, or handlers of such: as the configuration describes them. */
import { msToNumber } from '@temporalio/common/lib/time';
import type { Catalog, CatalogSettings, SchemaObject } from '../config/catalog';
import { BadSetting } from '../config/file';
import { FOREIGN_RUN, STEER } from '../workflows/catalog-contract';
import type { ForeignRun, Steer } from '../workflows/catalog-contract';
import { FOLLOW_ATTEMPTS, SINGLE_STEP, TASK_QUEUE } from '../workflows/contract';
import type { Policy } from '../workflows/contract';
import type { Annotations, PolicyInWords } from '../workflows/define-tool';
import { isRecord, json } from './json';
import { createJsonSchemaCheck } from './json-schema';
import { answerSchema } from './schemas';
import { byName, policyOf } from './tools';
import type { Route, Tool } from './tools';

const JOB_ID = {
  type: 'string',
  description: 'The job to hand this to: the job_id that the call which started it was answered with.',
};
const WORKFLOW_ID = { type: 'string', minLength: 1, maxLength: 1_000, description: 'Id of the running workflow.' };

/** An argument of the tool in the id of a workflow. */
const IN_BRACES = /\{([^{}]+)\}/g;

/**
 * The records of the tools in the catalogue.
 *
 * @param namespace - the gateway's own
 * @throws Error that names the entry and what is wrong with it
 */
export function catalogued(catalog: Catalog, namespace: string): readonly Tool[] {
  return Object.entries(catalog).map(([name, entry]) => {
    try {
      return toolOf(name, entry, namespace);
    } catch (error) {
      throw new Error(`catalog.${name}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
    }
  });
}

/**
 * All tools that the gateway has of its own, by name: those that are authored, and those of the catalogue.
 *
 * @param namespace - the gateway's own
 * @throws BadSetting that says what is wrong with an entry, or with its name
 */
export function withCatalog(
  authored: ReadonlyMap<string, Tool>,
  catalog: Catalog,
  namespace: string,
): ReadonlyMap<string, Tool> {
  try {
    return byName([...authored.values(), ...catalogued(catalog, namespace)]);
  } catch (error) {
    throw new BadSetting(error instanceof Error ? error.message : String(error));
  }
}

/** What no gateway would start with, by the name of its entry: a sentence without a full stop. */
export function catalogMistakes(
  authored: ReadonlyMap<string, Tool>,
  catalog: Catalog,
): readonly { readonly name: string; readonly sentence: string }[] {
  return Object.entries(catalog).flatMap(([name, entry]) => {
    try {
      withCatalog(authored, { [name]: entry }, 'default');
      return [];
    } catch (error) {
      if (!(error instanceof BadSetting)) throw error;
      return [{ name, sentence: error.message.replace(`catalog.${name}: `, '').replace(/\.$/, '') }];
    }
  });
}

function toolOf(name: string, entry: CatalogSettings, ours: string): Tool {
  const { title, description, annotations: hints, output, policy: settings } = entry;
  const annotations = annotationsOf(entry);
  const listed = inputOf(entry);
  const input = createJsonSchemaCheck(listed);
  const answer = output && createJsonSchemaCheck(output);
  const words = wordsOf(settings);
  const policy = policyOf(words, annotations);
  const tool = {
    name,
    listed: {
      name,
      description,
      ...(title !== undefined && { title }),
      ...((hints ?? entry.does === 'query') && { annotations }),
      inputSchema: { ...listed, type: 'object' },
      ...(output?.['type'] === 'object' && { outputSchema: answerSchema({ ...output, type: 'object' }) }),
    },
    waitMs: words.wait === undefined ? undefined : msToNumber(words.wait),
    onDisconnect: 'detach',
    needs: [],
    continues: false,
    batch: words.priority === 'batch',
    ownHandles: false,
    check: input.check,
    content: (value) => [{ type: 'text', text: typeof value === 'string' ? value : json(value) }],
    structured: (value) => (isRecord(value) && (!answer || answer.fits(value)) ? value : undefined),
  } as const satisfies Omit<Tool, 'route' | 'policy'>;
  if (entry.does !== 'start') return { ...tool, route: steering(entry, entry.namespace ?? ours), policy };
  const followed = { ...tool, route: following(entry, ours), policy: followingPolicy(policy) };
  // The workflow itself is the job, but for what foreign code would not do: go elsewhere, and wait until a person has allowed it.
  const direct = (entry.namespace ?? ours) === ours && policy.approval !== 'required';
  return direct ? { ...tool, route: directly(entry), policy, reporting: followed } : followed;
}

/** A query changes nothing, whatever the entry leaves out. */
function annotationsOf({ does, annotations = {} }: CatalogSettings): Annotations {
  const given = Object.entries(annotations).filter(([, value]) => value !== undefined);
  return { ...(does === 'query' && { readOnlyHint: true }), ...Object.fromEntries(given) };
}

/** The arguments as they are listed: those of the entry, and what says which workflow is meant. */
function inputOf(entry: CatalogSettings): SchemaObject {
  const input = entry.input ?? { type: 'object', properties: {}, additionalProperties: false };
  if (input['type'] !== 'object') throw new Error('the input is no schema of an object: it wants type: object');
  const names = namesIn(input);
  const unknown = Array.isArray(entry.args) ? entry.args.find((name) => !names.includes(name)) : undefined;
  if (unknown !== undefined) throw new Error(`args names ${unknown}, which is no property of the input`);
  const target = targetOf(entry);
  if (target === undefined) return input;
  const [name, schema] = target;
  if (name === undefined) {
    const missing = schema.find((part) => !requiredIn(input).includes(part));
    if (missing !== undefined)
      throw new Error(`workflow_id names {${missing}}, which has to be a required property of the input`);
    return input;
  }
  if (names.includes(name)) throw new Error(`the input has a property ${name}, which says which workflow is meant`);
  return {
    ...input,
    properties: { [name]: schema, ...(isRecord(input['properties']) && input['properties']) },
    required: [name, ...requiredIn(input)],
  };
}

/** The argument that says which workflow is meant, and its schema; or the arguments that its id is made of. */
function targetOf(
  entry: CatalogSettings,
): readonly [string, SchemaObject] | readonly [undefined, readonly string[]] | undefined {
  if (entry.does === 'start') return undefined;
  if (entry.target === 'job') return ['job_id', JOB_ID];
  const { workflowId } = entry.target;
  if (workflowId === undefined) return ['workflow_id', WORKFLOW_ID];
  return [undefined, [...workflowId.matchAll(IN_BRACES)].map(([, name = '']) => name)];
}

const namesIn = ({ properties }: SchemaObject): readonly string[] =>
  isRecord(properties) ? Object.keys(properties) : [];
const requiredIn = ({ required }: SchemaObject): readonly string[] =>
  Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];

type Start = Extract<CatalogSettings, { does: 'start' }>;

/** The workflow itself is the job. */
function directly(entry: Start): Route {
  const { workflow, queue, searchAttributes = true } = entry;
  return { workflow, taskQueue: queue, args: argsOf(entry), ...(!searchAttributes && { unlisted: true }) };
}

/** A job of ours runs it. */
function following(entry: Start, ours: string): Route {
  const { workflow, queue, namespace = ours } = entry;
  // In our namespace the job has them: with those of both, one call would take two places of its tenant.
  const searchAttributes = namespace !== ours && entry.searchAttributes === true;
  const args = argsOf(entry);
  return {
    workflow: FOREIGN_RUN,
    taskQueue: TASK_QUEUE,
    args: (given) => [{ namespace, workflow, queue, searchAttributes, args: args(given), given } satisfies ForeignRun],
  };
}

function steering(entry: Exclude<CatalogSettings, { does: 'start' }>, namespace: string): Route {
  const { does, name, workflows, target } = entry;
  const args = argsOf(entry);
  const added = target === 'job' ? 'job_id' : target.workflowId === undefined ? 'workflow_id' : undefined;
  const targetIn = (given: Readonly<Record<string, unknown>>): Steer['target'] => {
    if (target === 'job') return { job: String(given['job_id']) };
    return { workflowId: filledIn(target.workflowId ?? '{workflow_id}', given) };
  };
  return {
    workflow: SINGLE_STEP,
    taskQueue: TASK_QUEUE,
    step: STEER,
    args: (given) => {
      const all = isRecord(given) ? given : {};
      const own = Object.fromEntries(Object.entries(all).filter(([argument]) => argument !== added));
      const input: Steer = { namespace, handler: does, name, workflows, args: args(own), target: targetIn(all) };
      return [{ step: STEER, input }];
    },
  };
}

const filledIn = (template: string, given: Readonly<Record<string, unknown>>): string =>
  template.replace(IN_BRACES, (_braces, name: string) => {
    const value = given[name];
    return typeof value === 'string' ? value : JSON.stringify(value);
  });

/** How the arguments of the tool become those of the workflow. */
function argsOf({ args, input }: CatalogSettings): Route['args'] {
  if (args === 'object') return (given) => (input ? [given ?? {}] : []);
  return (given) => {
    const values = args.map((name) => (isRecord(given) ? given[name] : undefined));
    // What is not said at the end is left to the workflow; in the middle its place is kept.
    const last = values.findLastIndex((value) => value !== undefined);
    return values.slice(0, last + 1).map((value) => value ?? null);
  };
}

/** Words of the configuration, as authors would write them. */
function wordsOf({ step_timeout, attempts, approval, ...settings }: CatalogSettings['policy']): PolicyInWords {
  const { budget, wait, ttl, ask, priority } = settings;
  return {
    ...(budget !== undefined && { budget }),
    ...(step_timeout !== undefined && { stepTimeout: step_timeout }),
    ...(wait !== undefined && { wait }),
    ...(ttl !== undefined && { ttl }),
    ...(ask !== undefined && { ask }),
    ...(attempts !== undefined && { retry: { attempts } }),
    ...(approval === 'required' && { approval }),
    ...(priority === 'batch' && { priority }),
  };
}

/** A step that follows a workflow elsewhere may do so for as long as the job. */
function followingPolicy(policy: Policy): Policy {
  return { ...policy, attempts: FOLLOW_ATTEMPTS, stepTimeoutMs: policy.budgetMs + policy.askMs, heartbeatMs: 15_000 };
}
