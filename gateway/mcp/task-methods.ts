/** The `tasks/*` methods as requests: the extension of 2026-07-28, and the core tasks of 2025-11-25. */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Audit } from '../audit';
import { refuseLacking } from '../call/client';
import type { ClientFacts } from '../call/client';
import { Problem, unlessUnavailable } from '../errors';
import { NO_RESPONSES } from '../words/question';
import { clientOf } from './client';
import type { Exchange } from './exchange';
import type { Context, Methods } from './methods';
import type { OpenRequests } from './open-requests';
import type { PushOn } from './push';
import type { Tasks } from './tasks';
import { guarded } from './trouble';
import type { OnError } from './trouble';

export interface TaskNeeds {
  readonly tasks: Tasks;
  readonly openRequests: Pick<OpenRequests, 'open'>;
  readonly onError: OnError;
  readonly audit: Pick<Audit, 'told'>;
}

const params = z.looseObject({ taskId: z.string() });

/** Serves the extension of 2026-07-28, to clients that declare it on each request. */
export function serveTasks(
  server: Methods,
  { tasks, onError, audit }: Omit<TaskNeeds, 'openRequests'>,
  exchange: Exchange,
): void {
  const { caller, session } = exchange;
  const change = createChange(exchange, audit);
  const asked = (context: Context): ClientFacts => {
    const client = clientOf('modern', context, session);
    refuseLacking({ needs: ['tasks'] }, client);
    return client;
  };
  server.setRequestHandler('tasks/get', { params }, ({ taskId }, context) => {
    const { can } = asked(context);
    return guarded(exchange, onError, () => tasks.get(caller, taskId, can));
  });
  server.setRequestHandler('tasks/update', { params }, ({ taskId }, context) => {
    asked(context);
    const { inputResponses, droppedInputResponseKeys = [] } = context.mcpReq;
    if (!inputResponses) throw new ProtocolError(ProtocolErrorCode.InvalidParams, NO_RESPONSES);
    const dropped = Object.fromEntries(droppedInputResponseKeys.map((key) => [key, undefined]));
    return guarded(exchange, onError, () =>
      change('tasks/update', taskId, () => tasks.update(caller, taskId, { ...inputResponses, ...dropped })),
    );
  });
  server.setRequestHandler('tasks/cancel', { params }, ({ taskId }, context) => {
    asked(context);
    return guarded(exchange, onError, () => change('tasks/cancel', taskId, () => tasks.cancel(caller, taskId)));
  });
}

/** Serves the core tasks of 2025-11-25. */
export function serveCoreTasks(
  server: Methods,
  { tasks, onError, openRequests, audit }: TaskNeeds,
  exchange: Exchange,
  pushOn: PushOn,
): void {
  const { caller, session, decide } = exchange;
  const change = createChange(exchange, audit);
  server.setRequestHandler('tasks/get', { params }, ({ taskId }, context) =>
    guarded(exchange, onError, () => {
      const client = clientOf('legacy', context, session);
      return tasks.getCore(caller, taskId, client.can, pushOn(client, context));
    }),
  );
  server.setRequestHandler('tasks/result', { params }, ({ taskId }, context) =>
    guarded(exchange, onError, async () => {
      const push = pushOn(clientOf('legacy', context, session), context);
      const { signal, takenBack, close } = openRequests.open(session, context.mcpReq.id, context.mcpReq.signal);
      const result = await tasks.result(caller, taskId, push, signal).catch(unlessUnavailable).finally(close);
      if (result) return server.projectCallToolResult(result as CallToolResult, undefined);
      // Any response, an error too, would be the outcome of the task. Without one the client asks again.
      if (!takenBack()) decide(new Problem('ask_again'));
      await server.close();
      return {};
    }),
  );
  server.setRequestHandler('tasks/cancel', { params }, ({ taskId }) =>
    guarded(exchange, onError, () => change('tasks/cancel', taskId, () => tasks.cancelCore(caller, taskId))),
  );
}

/** What changes a task has a line in the log. Only a task that is the caller's is named there: any other id is a stranger's words. */
function createChange({ visit, caller }: Exchange, { told }: Pick<Audit, 'told'>) {
  return <R>(method: string, taskId: string, run: () => Promise<R>): Promise<R> =>
    told({ visit, caller, method }, async (note) => {
      const result = await run();
      note({ job: taskId });
      return result;
    });
}
