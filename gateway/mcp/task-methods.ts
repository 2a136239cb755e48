/** The `tasks/*` methods as requests: the extension of 2026-07-28, and the core tasks of 2025-11-25. */
import { MissingRequiredClientCapabilityError, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { TASKS_EXTENSION, clientOf } from '../call/client';
import type { ClientFacts } from '../call/client';
import { RETRY_AFTER_S, unlessUnavailable } from '../errors';
import type { Refusal } from '../errors';
import type { Exchange } from './exchange';
import type { McpServer } from './mcp-server';
import type { PushOn } from './push';
import { NO_RESPONSES } from '../words/question';
import type { Tasks } from './tasks';
import { guarded } from './trouble';
import type { OnError } from './trouble';

interface Served {
  readonly tasks: Tasks;
  readonly onError: OnError;
}

const params = z.looseObject({ taskId: z.string() });

const ASK_AGAIN: Refusal = {
  status: 503,
  code: ProtocolErrorCode.InternalError,
  message: 'The task goes on, but its result cannot be waited for just now. Ask again.',
  retryAfterS: RETRY_AFTER_S,
};

/** Those of 2026-07-28, for clients that declare the extension on each request. */
export function serveTasks(server: McpServer, { tasks, onError }: Served, { caller, session }: Exchange): void {
  const asked = (context: ServerContext): ClientFacts => {
    const client = clientOf('modern', context, session);
    if (client.tasks) return client;
    const requiredCapabilities = { extensions: { [TASKS_EXTENSION]: {} } };
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities });
  };
  server.setRequestHandler('tasks/get', { params }, ({ taskId }, context) => {
    const { can } = asked(context);
    return guarded(onError, () => tasks.get(caller, taskId, can));
  });
  server.setRequestHandler('tasks/update', { params }, ({ taskId }, context) => {
    asked(context);
    const { inputResponses, droppedInputResponseKeys = [] } = context.mcpReq;
    if (!inputResponses) throw new ProtocolError(ProtocolErrorCode.InvalidParams, NO_RESPONSES);
    const dropped = Object.fromEntries(droppedInputResponseKeys.map((key) => [key, undefined]));
    return guarded(onError, () => tasks.update(caller, taskId, { ...inputResponses, ...dropped }));
  });
  server.setRequestHandler('tasks/cancel', { params }, ({ taskId }, context) => {
    asked(context);
    return guarded(onError, () => tasks.cancel(caller, taskId));
  });
}

/** Those of 2025-11-25. */
export function serveCoreTasks(
  server: McpServer,
  { tasks, onError }: Served,
  { caller, session, settle }: Exchange,
  pushOn: PushOn,
): void {
  server.setRequestHandler('tasks/get', { params }, ({ taskId }, context) =>
    guarded(onError, () => {
      const client = clientOf('legacy', context, session);
      return tasks.getCore(caller, taskId, client.can, pushOn(client, context));
    }),
  );
  server.setRequestHandler('tasks/result', { params }, ({ taskId }, context) =>
    guarded(onError, async () => {
      const push = pushOn(clientOf('legacy', context, session), context);
      const result = await tasks.result(caller, taskId, push, context.mcpReq.signal).catch(unlessUnavailable);
      if (result) return result;
      // Any response, an error too, would be the outcome of the task. Without one the client asks again.
      settle(ASK_AGAIN);
      await server.close();
      return {};
    }),
  );
  server.setRequestHandler('tasks/cancel', { params }, ({ taskId }) =>
    guarded(onError, () => tasks.cancelCore(caller, taskId)),
  );
}
