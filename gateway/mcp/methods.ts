/** The methods of tools and tasks on one request: the same handlers, whether the SDK has taken it in or it is answered straight. */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Result, ServerContext, StandardSchemaV1 } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ClientFacts } from '../call/client';
import type { Offered } from '../offered';
import { clientOf } from './client';
import type { Exchange } from './exchange';
import type { McpServer } from './mcp-server';
import type { Menu } from './menu';
import type { PushOn } from './push';
import { serveCoreTasks, serveTasks } from './task-methods';
import type { TaskNeeds } from './task-methods';
import { serveToolCalls } from './tool-calls';
import type { ToolCallNeeds } from './tool-calls';

/** The one 2025 revision that has tasks. */
const CORE_TASKS = '2025-11-25';

/** What a handler reads of its request besides the parameters, and how it says more than its result. */
export interface Context {
  readonly mcpReq: Pick<
    ServerContext['mcpReq'],
    | 'id'
    | 'method'
    | '_meta'
    | 'envelope'
    | 'signal'
    | 'notify'
    | 'requestState'
    | 'inputResponses'
    | 'droppedInputResponseKeys'
  >;
}

/** Where the handlers of one request are set: a server of the SDK, or what stands for one. */
export interface Methods extends Pick<McpServer, 'projectCallToolResult' | 'close'> {
  setRequestHandler<S extends StandardSchemaV1>(
    method: string,
    schemas: { readonly params: S },
    handler: (params: StandardSchemaV1.InferOutput<S>, context: Context) => Result | Promise<Result>,
  ): void;
}

export interface MethodNeeds extends ToolCallNeeds, TaskNeeds {
  readonly menu: Menu;
  readonly offered: Pick<Offered, 'get' | 'ttlMs'>;
}

/** Sets the handlers of a request's tools and tasks. */
export type SetMethods = (server: Methods, exchange: Exchange, era: ClientFacts['era'], pushOn: PushOn) => void;

export const ListParams = z.looseObject({ cursor: z.string().optional() });

export function createSetMethods(needs: MethodNeeds): SetMethods {
  const { menu, offered } = needs;
  return (server, exchange, era, pushOn) => {
    const { allowed, session } = exchange;
    const core = hasCoreTasks(exchange, era);
    if (asks(exchange, 'tools/list'))
      server.setRequestHandler('tools/list', { params: ListParams }, ({ cursor }, context) => {
        refuseCursor(cursor);
        const lists = menu.lists(allowed);
        if (core) return lists.core;
        const list = clientOf(era, context, session).tasks ? lists.tasks : lists.all;
        return { ...list, ...freshFor(era, offered) };
      });
    if (asks(exchange, 'tools/call')) serveToolCalls(server, needs, exchange, { era, core, pushOn });
    if (era === 'modern' && asks(exchange, 'tasks/')) serveTasks(server, needs, exchange);
    if (core && asks(exchange, 'tasks/')) serveCoreTasks(server, needs, exchange, pushOn);
  };
}

/** Whether a request may ask for a kind of methods. Each handler costs something to set: a request alone gets those of its kind. */
export const asks = ({ method }: Exchange, kind: string): boolean => method === undefined || method.startsWith(kind);

export const hasCoreTasks = ({ version }: Exchange, era: ClientFacts['era']): boolean =>
  era === 'legacy' && version === CORE_TASKS;

/** How long clients may keep a list (2026-07-28 alone knows of that). */
export function freshFor(era: ClientFacts['era'], { ttlMs }: Pick<Offered, 'ttlMs'>) {
  return era === 'modern' ? { ttlMs: ttlMs(), cacheScope: 'private' as const } : undefined;
}

/** @throws ProtocolError -32602 for any cursor: we give out none */
export function refuseCursor(cursor: string | undefined): void {
  if (cursor !== undefined)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is one page: send no cursor.');
}
