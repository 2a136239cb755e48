/** Hands the answer of a person to a job, whichever way it came in. */
import type { Question } from '../../workflows/contract';
import { isGone } from '../errors';
import type { Jobs } from '../jobs/jobs';
import type { JobView } from '../jobs/view';
import { createJsonSchemaCheck } from '../json-schema';
import { problemsIn } from '../problems';
import { answerIn, resultSchemaOf } from '../words/question';

/** What became of an answer. `closed`: that question was answered, has expired, or never was. */
export type Reception =
  { readonly kind: 'taken' } | { readonly kind: 'closed' } | { readonly kind: 'misfit'; readonly problems: string };

/**
 * Checks a response against the open question `key` of a job and, if it fits, delivers it as the answer.
 *
 * @param by - who gave it, where that was said
 */
export type Respond = (view: JobView, key: string, response: unknown, by?: string) => Promise<Reception>;

export function createRespond(jobs: Pick<Jobs, 'respond' | 'partial'>): Respond {
  return async ({ ref, questions }, key, response, by) => {
    const question = questions.find((open) => open.key === key);
    const now = new Date();
    // A job whose workers are down still shows a question whose time is up.
    if (!question || Date.parse(question.expiresAt) <= now.getTime()) return { kind: 'closed' };
    const answer = answerIn(question, response);
    if (!answer) return { kind: 'misfit', problems: 'it is no answer' };
    const problems = answer.content && misfit(question, answer.content);
    if (problems !== undefined) return { kind: 'misfit', problems };
    try {
      await jobs.respond(ref, { ...answer, at: now.toISOString(), ...(by !== undefined && { by }) });
    } catch (error) {
      // The job ended after it was looked at.
      if (isGone(error)) return { kind: 'closed' };
      throw error;
    }
    // A query is answered after the signal has been taken in: who looks next does not see the question any more.
    await jobs.partial(ref);
    return { kind: 'taken' };
  };
}

/** What keeps the content of an answer from fitting its question; undefined when it fits. */
function misfit({ schema, request }: Question, content: object): string | undefined {
  if (!request) return createJsonSchemaCheck(schema).problemsOf(content);
  const { issues } = resultSchemaOf(request)['~standard'].validate(content);
  const named = issues?.map(({ path = [], message }) => ({
    path: path.map((part) => (typeof part === 'object' ? part.key : part)),
    message,
  }));
  return named && problemsIn(named);
}
