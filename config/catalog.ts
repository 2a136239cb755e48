/**
 * The `catalog` part of holdfast.yaml: workflows that exist, in any language and on any task queue, as tools. An entry starts a workflow,
 * or hands something to one that runs: a signal, a query or an update.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Misfit } from './file';
import { PolicySettings } from './upstreams';

/** A JSON Schema as it stands in a file. */
export type SchemaObject = Readonly<Record<string, unknown>>;

/** In the file itself, or the path of one that holds it, from the folder of holdfast.yaml. */
const Schema = z.union([z.record(z.string(), z.unknown()), z.string().min(1)]);

const Name = z.string().min(1).max(1_000);

const Written = z.strictObject({
  title: z.string().optional(),
  /** For the model: when to use it, what comes back, how long it takes. */
  description: z.string().min(1),
  /** Schema of the arguments: an object. Absent: the tool takes none. */
  input: Schema.optional(),
  output: Schema.optional(),
  /** How the arguments of the tool become those of the workflow or handler: as one object, or these of them, by position. */
  args: z.union([z.literal('object'), z.array(z.string())]).default('object'),
  /** Type of the workflow; of a workflow that is steered, also a list of those that it may have. */
  workflow: z.union([Name, z.array(Name).min(1)]),
  /** Task queue of the workflow that a call starts. */
  queue: Name.optional(),
  /** Another one than the gateway's: workers reach it, with the same connection. */
  namespace: Name.optional(),
  /** Whether the workflow carries our search attributes. Absent: in the gateway's namespace alone, which has them. */
  search_attributes: z.boolean().optional(),
  /** Handlers of a running workflow; one of them at most. None: a call starts the workflow. */
  signal: Name.optional(),
  query: Name.optional(),
  update: Name.optional(),
  /** False: others start what is steered, and `workflow_id` names it. Absent: it is a job of the caller, which `job_id` names. */
  start: z.literal(false).optional(),
  /** Its id, with arguments of the tool in braces: order-{order_id}. Absent: the caller says it, as the argument `workflow_id`. */
  workflow_id: Name.optional(),
  annotations: z
    .strictObject({
      readOnlyHint: z.boolean().optional(),
      destructiveHint: z.boolean().optional(),
      idempotentHint: z.boolean().optional(),
      openWorldHint: z.boolean().optional(),
    })
    .optional(),
  policy: PolicySettings.prefault({}),
});

type Handler = 'signal' | 'query' | 'update';
const HANDLERS = ['signal', 'query', 'update'] as const satisfies readonly Handler[];
/** Settings that mean nothing where a handler is called, and where a workflow is started. */
const FOR_STARTS = ['queue', 'search_attributes'] as const;
const FOR_HANDLERS = ['start', 'workflow_id'] as const;

/** What a call of the tool does. */
type Does =
  | {
      readonly does: 'start';
      readonly workflow: string;
      readonly queue: string;
      readonly searchAttributes: boolean | undefined;
    }
  | {
      readonly does: Handler;
      /** Name of the handler. */
      readonly name: string;
      readonly workflows: readonly string[];
      /** A job of the caller; or a workflow that others start, by its id or one that is made of arguments. */
      readonly target: 'job' | { readonly workflowId: string | undefined };
    };

const CatalogEntry = Written.transform((entry, context) => {
  const wrong = (at: string, message: string): void => context.addIssue({ code: 'custom', path: [at], message });
  const { title, description, input, output, args, namespace, annotations, policy } = entry;
  const common = { title, description, input, output, args, namespace, annotations, policy };
  const workflows = [entry.workflow].flat();
  const [does, second] = HANDLERS.filter((handler) => entry[handler] !== undefined);
  if (second !== undefined) wrong(second, 'one of signal, query and update at most: another handler is another tool');
  const idle = does === undefined ? FOR_HANDLERS : FOR_STARTS;
  for (const name of idle)
    if (entry[name] !== undefined)
      wrong(
        name,
        does === undefined
          ? 'is for entries with a signal, a query or an update'
          : `means nothing for a ${does}, which starts no workflow`,
      );
  if (does === undefined) {
    const [workflow = '', ...more] = workflows;
    if (more.length > 0) wrong('workflow', 'must be one type: a call starts it');
    if (entry.queue === undefined) wrong('queue', 'is missing: the task queue that the workers of this workflow poll');
    return {
      ...common,
      does: 'start',
      workflow,
      queue: entry.queue ?? '',
      searchAttributes: entry.search_attributes,
    } satisfies Does & typeof common;
  }
  if (entry.workflow_id !== undefined && entry.start !== false)
    wrong('workflow_id', 'is for workflows that others start: say start: false, too');
  return {
    ...common,
    does,
    name: entry[does] ?? '',
    workflows,
    target: entry.start === false ? { workflowId: entry.workflow_id } : 'job',
  } satisfies Does & typeof common;
});

/** By the tool's name. */
export const CatalogPart = z.record(
  z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, '1 to 64 of A-Z, a-z, 0-9, _, - and .'),
  CatalogEntry,
);

type WithSchemas<T> = T extends unknown
  ? Omit<T, 'input' | 'output'> & {
      readonly input: SchemaObject | undefined;
      readonly output: SchemaObject | undefined;
    }
  : never;
/** An entry, with its schemas. */
export type CatalogSettings = WithSchemas<z.output<typeof CatalogEntry>>;
export type Catalog = Readonly<Record<string, CatalogSettings>>;

/** A catalogue whose schemas were read, and those of them that could not be. */
export interface ReadCatalog {
  readonly catalog: Catalog;
  readonly misfits: readonly Misfit[];
}

/**
 * Reads the schemas that lie in files of their own.
 *
 * @param path - of holdfast.yaml
 */
export function withSchemas(written: z.output<typeof CatalogPart>, path = '.'): ReadCatalog {
  const misfits: Misfit[] = [];
  const read = (name: string, part: 'input' | 'output', schema?: z.output<typeof Schema>): SchemaObject | undefined => {
    if (typeof schema !== 'string') return schema;
    const found = schemaAt(pathOf(schema, path));
    if (typeof found !== 'string') return found;
    const setting = ['catalog', name, part];
    misfits.push({ setting, at: setting, message: found });
    return undefined;
  };
  const entries = Object.entries(written).map(([name, entry]) => [
    name,
    { ...entry, input: read(name, 'input', entry.input), output: read(name, 'output', entry.output) },
  ]);
  return { catalog: Object.fromEntries(entries) as Catalog, misfits };
}

/** Paths of the files that its schemas lie in. */
export function schemaFilesOf(catalog: z.output<typeof CatalogPart>, path = '.'): readonly string[] {
  const schemas = Object.values(catalog).flatMap(({ input, output }) => [input, output]);
  return [...new Set(schemas.flatMap((schema) => (typeof schema === 'string' ? pathOf(schema, path) : [])))];
}

const pathOf = (schema: string, path: string): string => resolve(dirname(path), schema);

/** The schema in a file, or what is wrong with that: it names the path. */
export function schemaAt(path: string): SchemaObject | string {
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8')); // JSON is YAML, too
  } catch {
    return `names ${path}, which cannot be read as JSON or YAML`;
  }
  const schema = z.record(z.string(), z.unknown()).safeParse(value);
  return schema.success ? schema.data : `names ${path}, which holds no JSON Schema of an object`;
}
