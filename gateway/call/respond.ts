/** Hands the answer of a person to a job, whichever way it came in. */
import type { Question } from '../../workflows/contract';
import { isGone } from '../errors';
import type { Jobs } from '../jobs/jobs';
import { answerIn, contentSchemaOf } from '../words/question';
import type { JobView } from '../jobs/view';

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
    const problems = answer.content && (await misfit(question, answer.content));
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
async function misfit(question: Question, content: object): Promise<string | undefined> {
  const result = await contentSchemaOf(question)['~standard'].validate(content);
  return result.issues
    ?.slice(0, 5)
    .map(({ path = [], message }) => [
      ...path.map((part) => String(typeof part === 'object' ? part.key : part)),
      inOurWords(message),
    ])
    .map((parts) => parts.join(': '))
    .join('; ');
}

/** The validator calls the answer `data`, and what is in it `data/name`. */
function inOurWords(message: string): string {
  return message.replace(/\bdata must\b/g, 'the answer must').replace(/\bdata\/(\S+ must)\b/g, '$1');
}
