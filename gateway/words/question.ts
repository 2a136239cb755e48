/** Questions of a job as MCP carries them, which clients can take them, and the answers that they bring back. */
import { specTypeSchemas } from '@modelcontextprotocol/server';
import type { StandardSchemaV1Sync } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Answer, ClientRequest, Question } from '../../workflows/contract';
import { isRecord } from '../json';

export const NO_RESPONSES = 'inputResponses must be an object of answers by key.';

/** A capability that a client declares. */
export type Ability = 'elicitation' | 'sampling' | 'roots';

/** What declared capabilities let a client take. An empty `elicitation` means forms; one that names only `url` does not. */
export function abilitiesIn(capabilities: unknown): Ability[] {
  const { elicitation, sampling, roots } = isRecord(capabilities) ? capabilities : {};
  const forms = isRecord(elicitation) && (elicitation['form'] !== undefined || elicitation['url'] === undefined);
  return [
    ...(forms ? (['elicitation'] as const) : []),
    ...(isRecord(sampling) ? (['sampling'] as const) : []),
    ...(isRecord(roots) ? (['roots'] as const) : []),
  ];
}

/** What a client needs to take a question. */
export function needOf({ request }: Question): Ability {
  if (!request) return 'elicitation';
  return request.method === 'roots/list' ? 'roots' : 'sampling';
}

/** The questions that a client with these abilities can take. */
export function takenBy(can: ReadonlySet<Ability>, questions: readonly Question[]): readonly Question[] {
  return questions.filter((question) => can.has(needOf(question)));
}

/** A question as a request to a 2025 client. */
export function requestOf({ message, schema, request }: Question) {
  return request ?? { method: 'elicitation/create' as const, params: { message, requestedSchema: schema } };
}

/** `inputRequests` of a task or of an `input_required` result, by key. */
export function inputRequestsOf(questions: readonly Question[]) {
  return Object.fromEntries(
    questions.map((question) => {
      const { method, params } = requestOf(question);
      return [question.key, { method, params: question.request ? params : { mode: 'form', ...params } }];
    }),
  );
}

/** A no is a no, whatever comes with it: content belongs to `accept` alone. Some clients write null where they have none. */
const ElicitResult = z.discriminatedUnion('action', [
  z.object({ action: z.literal('accept'), content: z.record(z.string(), z.unknown()).nullish() }),
  z.object({ action: z.enum(['decline', 'cancel']) }),
]);
const AnyResult = z.record(z.string(), z.unknown());

/** What the answer of the client itself must fit: MCP's own result of what it was asked for. */
export const resultSchemaOf = ({ method }: ClientRequest): StandardSchemaV1Sync =>
  method === 'roots/list' ? specTypeSchemas.ListRootsResult : specTypeSchemas.CreateMessageResultWithTools;

/** The answer in a client's response to a question; undefined when it is none. With `accept` it has content, not checked yet. */
export function answerIn({ key, request }: Question, response: unknown): Answer | undefined {
  const { data } = ElicitResult.safeParse(response);
  if (data?.action === 'accept') return { key, action: 'accept', content: data.content ?? {} };
  if (data) return { key, action: data.action };
  const result = request && AnyResult.safeParse(response).data;
  return result && { key, action: 'accept', content: result };
}
