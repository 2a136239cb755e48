/** Hands the answer of a person to a job, whichever way it came in. */
import { fromJsonSchema } from '@modelcontextprotocol/server';
import type { JsonSchemaType } from '@modelcontextprotocol/server';
import type { Answer, JsonSchema } from '../workflows/contract';
import { UnknownJob } from './errors';
import type { Jobs } from './jobs';
import type { JobView } from './view';

/** What became of an answer. `closed`: that question was answered, has expired, or never was. */
export type Reception =
  { readonly kind: 'taken' } | { readonly kind: 'closed' } | { readonly kind: 'misfit'; readonly problems: string };

export type Respond = ReturnType<typeof respondTo>;

/** Makes the function that checks an answer against its question and delivers it. */
export function respondTo(jobs: Jobs) {
  return async ({ ref, questions }: JobView, { key, action, content }: Answer): Promise<Reception> => {
    const question = questions.find((open) => open.key === key);
    if (!question) return { kind: 'closed' };
    const problems = action === 'accept' ? await misfit(question.schema, content) : undefined;
    if (problems !== undefined) return { kind: 'misfit', problems };
    try {
      await jobs.respond(ref, { key, action, ...(action === 'accept' && { content: content ?? {} }) });
      return { kind: 'taken' };
    } catch (error) {
      // The job ended after it was looked at.
      if (error instanceof UnknownJob) return { kind: 'closed' };
      throw error;
    }
  };
}

/** What keeps an answer from fitting the question's own schema; undefined when it fits. */
async function misfit(schema: JsonSchema, content: unknown): Promise<string | undefined> {
  const result = await fromJsonSchema(schema as JsonSchemaType)['~standard'].validate(content ?? {});
  return result.issues
    ?.slice(0, 5)
    .map(({ message }) => message)
    .join('; ');
}
