/** Schemas as MCP lists them, and arguments checked against them. */
import type { Tool as ListedTool } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** A JSON Schema as a tool lists it. */
type ListedSchema = ListedTool['inputSchema'];

/** Arguments that fit the schema, or what is wrong with them, in words for the model. */
export type Checked<I = unknown> =
  { readonly ok: true; readonly input: I } | { readonly ok: false; readonly problems: string };

/** Checks `args` against `schema`. */
export function checkWith<S extends z.ZodType>(schema: S, args: unknown): Checked<z.output<S>> {
  const result = schema.safeParse(args ?? {});
  return result.success ? { ok: true, input: result.data } : { ok: false, problems: problemsIn(result.error.issues) };
}

/** What is wrong, in words; at most five problems, since a hostile argument may have a million. */
export function problemsIn(issues: readonly Issue[]): string {
  // Where a value has the wrong type, zod may also complain about its length. The wrong type is all that helps.
  const mistyped = new Set(issues.filter(isMistyped).map(placeOf));
  const telling = issues.filter((issue) => isMistyped(issue) || !mistyped.has(placeOf(issue)));
  const problems = telling
    .slice(0, 5)
    .map(({ path, message }) => `${path.length > 0 ? path.join('.') : 'arguments'}: ${message.replace(/\.$/, '')}`);
  if (telling.length > 5) problems.push(`and ${telling.length - 5} more`);
  return problems.join('; ');
}

/** What is wrong with a value, as zod says it. */
interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

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
