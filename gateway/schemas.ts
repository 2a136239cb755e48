/** Schemas as MCP lists them, and arguments checked against them. */
import type { Tool as ListedTool } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** A JSON Schema as a tool lists it. */
type ListedSchema = ListedTool['inputSchema'];

/** Arguments that fit the schema, or what is wrong with them, in words for the model. */
export type Checked<I = unknown> =
  { readonly ok: true; readonly input: I } | { readonly ok: false; readonly problems: string };

/** Checks `args` against `schema`; names at most five problems, since a hostile argument may have a million. */
export function checkWith<S extends z.ZodType>(schema: S, args: unknown): Checked<z.output<S>> {
  const result = schema.safeParse(args ?? {});
  if (result.success) return { ok: true, input: result.data };
  // Where a value has the wrong type, zod may also complain about its length. The wrong type is all that helps.
  const mistyped = new Set(result.error.issues.filter(isMistyped).map(placeOf));
  const issues = result.error.issues.filter((issue) => isMistyped(issue) || !mistyped.has(placeOf(issue)));
  const problems = issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.length > 0 ? path.join('.') : 'arguments'}: ${message.replace(/\.$/, '')}`);
  if (issues.length > 5) problems.push(`and ${issues.length - 5} more`);
  return { ok: false, problems: problems.join('; ') };
}

type Issue = z.core.$ZodIssue;
const isMistyped = ({ code }: Issue): boolean => code === 'invalid_type';
const placeOf = ({ path }: Issue): string => path.join('.');

/** The schema as JSON Schema 2020-12. MCP wants an object at its root. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): ListedSchema {
  return { ...(z.toJSONSchema(schema, { io }) as ListedSchema), type: 'object' };
}

/**
 * The output schema of a tool as it is listed: its own output, or the state of its job.
 *
 * Clients check `structuredContent` against it, so every answer of ours that is not the output has to fit the second form.
 */
export function answerSchema(output: ListedSchema): ListedSchema {
  const { $schema, $defs, ...own } = output;
  return {
    ...($schema !== undefined && { $schema }),
    ...($defs !== undefined && { $defs }),
    type: 'object',
    anyOf: [
      own,
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
