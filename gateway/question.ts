/** Questions of a job as MCP carries them, and the answers that clients bring back. */
import { z } from 'zod';
import type { Answer, Question } from '../workflows/contract';

/** The form of a question: parameters of `elicitation/create`. */
export function formOf({ message, schema }: Question) {
  return { message, requestedSchema: schema };
}

/** `inputRequests` of a task or of an `input_required` result, by key. */
export function inputRequestsOf(questions: readonly Question[]) {
  return Object.fromEntries(
    questions.map((question) => [
      question.key,
      { method: 'elicitation/create' as const, params: { mode: 'form' as const, ...formOf(question) } },
    ]),
  );
}

const ElicitResult = z.looseObject({
  action: z.enum(['accept', 'decline', 'cancel']),
  content: z.record(z.string(), z.unknown()).optional(),
});

/** The answer in a client's response to question `key`; undefined when it is none. */
export function answerIn(key: string, response: unknown): Answer | undefined {
  const { success, data } = ElicitResult.safeParse(response);
  if (!success) return undefined;
  return { key, action: data.action, ...(data.content && { content: data.content }) };
}
