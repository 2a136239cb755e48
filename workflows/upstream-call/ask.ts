/** What an upstream asks of the client, put before whoever can answer it: a person, the client's model, or the client itself. */
import { ApplicationFailure } from '@temporalio/workflow';
import { head } from '../cut';
import type { Job } from '../job';
import type { Given, InputReply, InputRequest, UpstreamCall } from '../upstream-contract';

/** Longest words of an upstream in a question, characters. */
const WORDS_MAX = 2_000;

type Asker = Pick<UpstreamCall, 'upstream' | 'tool'>;

/** Asks, and waits for the reply. Never throws but for a cancelled job: what cannot be asked is refused, with the reason. */
export async function replyTo({ key, method, params }: InputRequest, by: Asker, ask: Job['ask']): Promise<InputReply> {
  try {
    switch (method) {
      case 'elicitation/create': {
        const { action, ...given } = await ask({ key, ...formOf(params, by) });
        const content = 'content' in given ? given.content : undefined;
        return { result: { action: action === 'expired' ? 'cancel' : action, ...(content && { content }) } };
      }
      case 'sampling/createMessage':
      case 'roots/list': {
        const message = `The tool ${by.tool} of ${by.upstream} asks for ${method === 'roots/list' ? 'the folders that it may see' : 'an answer of your model'}.`;
        const schema = { type: 'object', properties: {} };
        const reply = await ask({ key, message, schema, request: { method, params } });
        if (reply.action === 'accept' && reply.content) return { result: reply.content };
        return { refused: reply.action === 'expired' ? 'Nobody answered in time.' : 'The client did not allow it.' };
      }
      default:
        return { refused: `${head(method, 64)} cannot be asked of anybody here.` };
    }
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    return { refused: error.message };
  }
}

/** Asks all that a round wants, at the same time: MCP's results by key. @throws ApplicationFailure when one is refused */
export async function responsesTo(
  requests: readonly InputRequest[],
  by: Asker,
  ask: Job['ask'],
  refuse: (why: string) => Error,
): Promise<Given> {
  const replies = await Promise.all(
    requests.map(async (request) => [request.key, await replyTo(request, by, ask)] as const),
  );
  return Object.fromEntries(
    replies.map(([key, reply]) => {
      if ('refused' in reply) throw refuse(reply.refused);
      return [key, reply.result];
    }),
  );
}

/** The form of an elicitation. One that sends a person to an address has none: the answer is that they have been there. */
function formOf({ message, requestedSchema, mode, url }: Given, { upstream }: Asker) {
  const words = typeof message === 'string' ? head(message, WORDS_MAX) : '';
  const form = typeof requestedSchema === 'object' && requestedSchema !== null ? { ...requestedSchema } : {};
  return mode === 'url'
    ? {
        message: `${upstream} asks: ${words} Open ${head(String(url), WORDS_MAX)} yourself, if you trust it; then answer here.`,
        schema: { type: 'object', properties: {} },
      }
    : { message: `${upstream} asks: ${words}`, schema: form };
}
