/** Questions on the open stream of a request, for 2025 clients that can show them. */
import type { Caller } from '../../workflows/contract';
import type { ClientFacts } from '../call/client';
import type { Elicitation } from './elicitation';
import type { Jobs } from '../jobs/jobs';
import type { McpServer } from './mcp-server';
import type { Context } from './methods';
import { needOf } from '../words/question';
import type { Push } from '../call/watch';

/** How the client of a request is asked; undefined where its revision has another way, or it can take no question. */
export type PushOn = (client: ClientFacts, context: Context) => Push | undefined;

export function createPushOn(
  server: McpServer,
  { elicitation, jobs }: { readonly elicitation: Elicitation; readonly jobs: Pick<Jobs, 'shown' | 'partial'> },
  caller: Caller,
): PushOn {
  return ({ era, can }, { mcpReq }) => {
    if (era === 'modern' || can.size === 0) return undefined;
    return (ref, question) => {
      if (!can.has(needOf(question)) || !server.transport) return undefined;
      const request = elicitation.requestFor(ref, question, caller, mcpReq.method.startsWith('tasks/'));
      return server.transport
        .send(request, { relatedRequestId: mcpReq.id })
        .then(() => jobs.shown(ref, question.key))
        .then(() => jobs.partial(ref)) // answered once the job has taken the mark in
        .then(
          () => undefined,
          () => undefined, // the client is gone: another stream will show it
        );
    };
  };
}
