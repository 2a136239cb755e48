/**
 * MCP on one request: a fresh low-level server for each, with everything that costs anything made beforehand. The SDK
 * speaks the protocol in every revision; this file says what is offered and sends each request on its way.
 */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { McpServerFactory, Result, ServerCapabilities, ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { version } from '../../package.json';
import { CALLBACK_META } from '../call/callback';
import type { callbackTo } from '../call/callback';
import { TASKS_EXTENSION, clientOf } from '../call/client';
import type { ClientFacts } from '../call/client';
import type { Elicitation } from './elicitation';
import type { Exchange } from './exchange';
import type { Jobs } from '../jobs/jobs';
import { McpServer } from './mcp-server';
import type { Menu } from './menu';
import type { PatienceOf } from '../call/patience';
import { reportProgress } from './progress';
import { pushThrough } from './push';
import { RESULT_RESOURCES } from './resources';
import type { Resources } from './resources';
import type { Round, Rounds } from '../call/rounds';
import { serveCoreTasks, serveTasks } from './task-methods';
import type { Tasks } from './tasks';
import { guarded, refusedTask, toolError } from './trouble';
import type { OnError } from './trouble';

export const INFO = { name: 'holdfast', title: 'Holdfast', version };
const INSTRUCTIONS =
  'Every tool here is durable. A call that takes long answers with a job id instead of a result: the job goes on by itself. Then call job_wait with that id, again and again if need be, until it returns the result. Never repeat the original call: that would start a second job. job_list finds lost ids.';
const KEY_META = 'io.holdfast/idempotency-key';
const KEY_MAX = 255;
/** The one 2025 revision that has tasks. */
const CORE_TASKS = '2025-11-25';
/** Revisions that know no resource links. */
const WITHOUT_LINKS = new Set(['2024-11-05', '2025-03-26']);

/** More of MCP than tools, for an endpoint that has prompts or resources of its own. */
export interface More {
  readonly capabilities: ServerCapabilities;
  /** Sets its request handlers on the server of one request. */
  readonly register: (server: McpServer, era: ClientFacts['era']) => void;
}

export interface Offer {
  readonly menu: Menu;
  readonly tasks: Tasks;
  readonly resources: Resources;
  readonly rounds: Rounds;
  readonly elicitation: Elicitation;
  readonly patience: (of: PatienceOf) => number;
  readonly callback: ReturnType<typeof callbackTo>;
  readonly jobs: Jobs;
  readonly more: More | undefined;
  readonly onError: OnError;
}

const ListParams = z.looseObject({ cursor: z.string().optional() });
const CallParams = z.looseObject({
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).optional(),
  task: z.looseObject({}).optional(),
});
const UriParams = z.looseObject({ uri: z.string() });

/** Makes the factory. `exchangeOf` finds what belongs to the HTTP request that the SDK hands back. */
export function serverFactory(offer: Offer, exchangeOf: (request: object | undefined) => Exchange): McpServerFactory {
  const { lists } = offer.menu;
  const options = {
    instructions: INSTRUCTIONS,
    cacheHints: {
      'tools/list': { ttlMs: 300_000, cacheScope: 'private' as const },
      'resources/templates/list': { ttlMs: 300_000, cacheScope: 'private' as const },
    },
    inputRequired: { legacyShim: false },
    // The tools check their own arguments, against the schema that the model saw.
    jsonSchemaValidator: {
      getValidator: (): never => {
        throw new Error('Not used.');
      },
    },
  };

  return ({ era, requestInfo }) => {
    const exchange = exchangeOf(requestInfo);
    const { caller, session } = exchange;
    const core = era === 'legacy' && exchange.version === CORE_TASKS;
    const server = new McpServer(INFO, {
      ...options,
      requestState: { verify: (state: string) => Promise.resolve(offer.rounds.read(state, caller)) },
      capabilities: {
        tools: {},
        resources: {},
        ...(era === 'modern' && { extensions: { [TASKS_EXTENSION]: {} } }),
        ...(core && { tasks: { cancel: {}, requests: { tools: { call: {} } } } }),
        ...offer.more?.capabilities,
      },
    });
    const pushOn = pushThrough(server, offer, caller);

    server.setRequestHandler('tools/list', { params: ListParams }, ({ cursor }, context) => {
      refuseCursor(cursor);
      if (core) return lists.core;
      return clientOf(era, context, session).tasks ? lists.tasks : lists.all;
    });
    server.setRequestHandler('tools/call', { params: CallParams }, async (params, context) => {
      const client = clientOf(era, context, session);
      const asTask = core && params.task !== undefined;
      const key = keyOf(exchange, context);
      const callback = offer.callback(context.mcpReq._meta?.[CALLBACK_META], exchange.callback);
      const round = context.mcpReq.requestState<Round>();
      const progress = reportProgress(context.mcpReq._meta?.progressToken, (update) => {
        context.mcpReq.notify({ method: 'notifications/progress', params: { ...update } }).catch(() => undefined); // the client is gone
      });
      /** A call as a task that did not become one has no result. */
      const checked = (result: Result): Result => {
        if (asTask && !('task' in result)) throw refusedTask(result);
        return result;
      };
      try {
        const result = await offer.menu.serve(params.name, params.arguments, {
          caller,
          client,
          origin: {
            key,
            callback,
            request:
              key === undefined && session && !asTask ? JSON.stringify([session.id, context.mcpReq.id]) : undefined,
          },
          patienceMs: (tool) =>
            offer.patience({ header: exchange.patience, key: exchange.grantedMs, tool, client: client.name }),
          round,
          responses: context.mcpReq.inputResponses ?? {},
          asTask,
          signal: context.mcpReq.signal,
          onView: client.tasks || asTask ? () => undefined : progress.show,
          push: pushOn(client, context),
          // The others of a batch want their answers on the same stream.
          drop: () => (exchange.alone ? server.close() : Promise.resolve()),
          accepted: () => exchange.settle(),
        });
        return era === 'legacy' && WITHOUT_LINKS.has(exchange.version ?? '') ? withoutLinks(result) : checked(result);
      } catch (error) {
        return checked(await toolError(error, exchange, offer.jobs, offer.onError));
      } finally {
        progress.stop();
        exchange.settle();
      }
    });

    server.setRequestHandler('resources/list', { params: ListParams }, ({ cursor }) => {
      refuseCursor(cursor);
      return { resources: [] };
    });
    server.setRequestHandler('resources/templates/list', { params: ListParams }, ({ cursor }) => {
      refuseCursor(cursor);
      return { resourceTemplates: RESULT_RESOURCES };
    });
    server.setRequestHandler('resources/read', { params: UriParams }, ({ uri }) =>
      guarded(offer.onError, () => offer.resources.read(caller, uri)),
    );

    if (era === 'modern') serveTasks(server, offer, exchange);
    else if (core) serveCoreTasks(server, offer, exchange, pushOn);
    offer.more?.register(server, era);
    return server;
  };
}

function refuseCursor(cursor: string | undefined): void {
  if (cursor !== undefined)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is one page: send no cursor.');
}

function keyOf({ key: header }: Exchange, { mcpReq }: ServerContext): string | undefined {
  const key: unknown = mcpReq._meta?.[KEY_META] ?? header;
  if (key === undefined || (typeof key === 'string' && key.length > 0 && key.length <= KEY_MAX)) return key;
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `The idempotency key must be a string of 1 to ${KEY_MAX} characters.`,
  );
}

/** For clients of revisions that know no resource links: `job_result` reads the pages. */
function withoutLinks(result: Result): Result {
  const content = result['content'];
  if (!Array.isArray(content)) return result;
  return { ...result, content: content.filter(({ type }: { readonly type: string }) => type !== 'resource_link') };
}
