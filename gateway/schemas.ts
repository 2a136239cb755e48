/** Schemas as MCP lists them, and arguments checked against them. */
import type { Tool as ListedTool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { isRecord } from './json';
import { problemsIn } from './problems';

/** A JSON Schema as a tool lists it. */
type ListedSchema = ListedTool['inputSchema'];

/** Arguments that fit the schema, or what is wrong with them, in words for the model. */
export type Checked<I = unknown> =
  { readonly ok: true; readonly input: I } | { readonly ok: false; readonly problems: string };

/** Checks `args` against `schema`. */
export function checkWith<S extends z.ZodType>(schema: S, args: unknown): Checked<z.output<S>> {
  const result = schema.safeParse(args ?? {});
  return result.success
    ? { ok: true, input: result.data }
    : { ok: false, problems: problemsIn(result.error.issues, namesIn(schema)) };
}

/** The names that a schema has for arguments; undefined when it is open, or no object. */
export function closedNamesIn(schema: z.ZodType): readonly string[] | undefined {
  return schema instanceof z.ZodObject && schema.def.catchall instanceof z.ZodNever ? namesIn(schema) : undefined;
}

const namesIn = (schema: z.ZodType): readonly string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];

/**
 * The schema as JSON Schema 2020-12. MCP wants an object at its root. That dialect is meant where none is named, and a validator of
 * another one refuses a schema that names it.
 */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): ListedSchema {
  const { $schema, ...listed } = z.toJSONSchema(schema, { io }) as ListedSchema;
  return { ...listed, type: 'object' };
}

/**
 * The output schema of a tool as it is listed: its own output, or the state of its job.
 *
 * Clients check `structuredContent` against it, so every answer of ours that is not the output has to fit the second form.
 */
export function answerSchema(output: ListedSchema): ListedSchema {
  const { $defs, ...own } = output;
  return { ...($defs !== undefined && { $defs }), ...orJobState(own) };
}

/**
 * The answer schema for a schema that others wrote: nothing in it is moved, and what it refers to in itself is found one level deeper. Since
 * 2026-07-28 an output need be no object, and then its schema says so of none of its answers.
 */
export function answerSchemaOf(given: Readonly<Record<string, unknown>>): ListedSchema {
  const { type, ...either } = orJobState(deeper(given));
  return given['type'] === 'object' ? { type, ...either } : (either as ListedSchema);
}

function orJobState(own: unknown): ListedSchema {
  return {
    type: 'object',
    anyOf: [
      own as ListedSchema,
      {
        type: 'object',
        title: 'JobState',
        description: 'Not the output: the job is still running, or ended otherwise. Follow `next`.',
        properties: {
          job_id: { type: 'string' },
          status: { enum: ['running', 'input_required', 'done', 'partial', 'failed', 'cancelled', 'rejected'] },
          next: { type: 'object' },
        },
        required: ['status'],
      },
    ],
  };
}

/** Keywords whose values are data and no schemas. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);

/** Local references, `#` and `#/…`, as seen from where {@link orJobState} puts a schema. One with an `$id` is a root for itself. */
function deeper(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(deeper);
  if (!isRecord(schema) || typeof schema['$id'] === 'string') return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      const refers = (key === '$ref' || key === '$dynamicRef') && typeof value === 'string' && /^#($|\/)/.test(value);
      if (refers) return [key, value.replace('#', '#/anyOf/0')];
      return [key, DATA.has(key) ? value : deeper(value)];
    }),
  );
}
