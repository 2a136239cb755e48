/**
 * MCP on one request: a fresh low-level server for each, with everything that costs anything made beforehand. The SDK
 * speaks the protocol in every revision; this file says what is offered.
 */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { McpServerFactory, ServerCapabilities } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { version } from '../../package.json';
import { TASKS_EXTENSION } from '../call/client';
import type { ClientFacts } from '../call/client';
import type { Rounds } from '../call/rounds';
import type { Jobs } from '../jobs/jobs';
import type { Offered } from '../offered';
import type { Parts } from '../upstreams/parts';
import { clientOf } from './client';
import type { Elicitation } from './elicitation';
import type { Exchange } from './exchange';
import { McpServer } from './mcp-server';
import type { Menu } from './menu';
import { createPushOn } from './push';
import { RESULT_RESOURCES } from './resources';
import type { Resources } from './resources';
import { serveCoreTasks, serveTasks } from './task-methods';
import type { Tasks } from './tasks';
import { serveToolCalls } from './tool-calls';
import type { ToolCallNeeds } from './tool-calls';
import { guarded } from './trouble';
import type { OnError } from './trouble';

export const INFO = { name: 'holdfast', title: 'Holdfast', version };
const INSTRUCTIONS =
  'Every tool here is durable. A call that takes long answers with a job id instead of a result: the job goes on by itself. Then call job_wait with that id, again and again if need be, until it returns the result. Never repeat the original call: that would start a second job. job_list finds lost ids.';
/** The one 2025 revision that has tasks. */
const CORE_TASKS = '2025-11-25';

/** More of MCP than tools, for an endpoint that has prompts or resources of its own. */
export interface More {
  readonly capabilities: ServerCapabilities;
  /** Sets its request handlers on the server of one request. */
  readonly register: (server: McpServer, era: ClientFacts['era']) => void;
}

export interface ServerNeeds extends ToolCallNeeds {
  readonly menu: Menu;
  readonly offered: Pick<Offered, 'get' | 'ttlMs'>;
  /** Resources and prompts of upstreams; undefined as long as there are no upstreams. */
  readonly parts: Parts | undefined;
  readonly tasks: Tasks;
  readonly resources: Resources;
  readonly rounds: Pick<Rounds, 'read'>;
  readonly elicitation: Elicitation;
  readonly jobs: Pick<Jobs, 'list' | 'shown' | 'partial'>;
  readonly more: More | undefined;
}

/** What clients may keep for a while. */
const LISTED = ['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list'];

const ListParams = z.looseObject({ cursor: z.string().optional() });
const UriParams = z.looseObject({ uri: z.string() });
const PromptParams = z.looseObject({ name: z.string(), arguments: z.record(z.string(), z.string()).optional() });

/** @param exchangeOf - finds what belongs to the HTTP request that the SDK hands back */
export function createServerFactory(
  needs: ServerNeeds,
  exchangeOf: (request: object | undefined) => Exchange,
): McpServerFactory {
  const { menu, offered } = needs;
  const options = {
    instructions: INSTRUCTIONS,
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
    const { parts } = needs;
    const { caller, allowed, session, method } = exchange;
    /** Each handler costs something to set: a request alone gets those of its kind of methods. */
    const asks = (kind: string): boolean => method === undefined || method.startsWith(kind);
    const fresh = { ttlMs: offered.ttlMs(), cacheScope: 'private' as const };
    const core = era === 'legacy' && exchange.version === CORE_TASKS;
    // A client of 2025 has no stream here that it could be told on.
    const told = era === 'modern' && { listChanged: true };
    const server = new McpServer(INFO, {
      ...options,
      requestState: { verify: (state: string) => Promise.resolve(needs.rounds.read(state, caller)) },
      cacheHints: Object.fromEntries(LISTED.filter(asks).map((listed) => [listed, fresh])),
      capabilities: {
        tools: { ...told },
        resources: { ...(parts && told) },
        ...(parts && { prompts: { ...told } }),
        ...(era === 'modern' && { extensions: { [TASKS_EXTENSION]: {} } }),
        ...(core && { tasks: { cancel: {}, requests: { tools: { call: {} } } } }),
        ...needs.more?.capabilities,
      },
    });
    // 2025 clients are answered by an event stream, which is the SDK's affair.
    if (era === 'modern') server.takeWhole = exchange.takeWhole;
    const pushOn = createPushOn(server, needs, caller);

    if (asks('tools/list'))
      server.setRequestHandler('tools/list', { params: ListParams }, ({ cursor }, context) => {
        refuseCursor(cursor);
        const lists = menu.lists(allowed);
        if (core) return lists.core;
        return clientOf(era, context, session).tasks ? lists.tasks : lists.all;
      });
    if (asks('tools/call')) serveToolCalls(server, needs, exchange, { era, core, pushOn });
    if (asks('resources/')) serveResources(server, needs, exchange);
    if (parts && asks('prompts/')) servePrompts(server, parts, exchange, needs.onError);
    if (era === 'modern' && asks('tasks/')) serveTasks(server, needs, exchange);
    if (core && asks('tasks/')) serveCoreTasks(server, needs, exchange, pushOn);
    needs.more?.register(server, era);
    return server;
  };
}

function serveResources(
  server: McpServer,
  { parts, resources, onError }: Pick<ServerNeeds, 'parts' | 'resources' | 'onError'>,
  exchange: Exchange,
): void {
  const { caller, allowed } = exchange;
  server.setRequestHandler('resources/list', { params: ListParams }, ({ cursor }) => {
    refuseCursor(cursor);
    return { resources: parts?.resources(allowed) ?? [] };
  });
  server.setRequestHandler('resources/templates/list', { params: ListParams }, ({ cursor }) => {
    refuseCursor(cursor);
    return { resourceTemplates: [...RESULT_RESOURCES, ...(parts?.resourceTemplates(allowed) ?? [])] };
  });
  server.setRequestHandler('resources/read', { params: UriParams }, ({ uri }) =>
    guarded(exchange, onError, async () => (await parts?.readResource(uri, exchange)) ?? resources.read(caller, uri)),
  );
}

function servePrompts(server: McpServer, parts: Parts, exchange: Exchange, onError: OnError): void {
  const { allowed } = exchange;
  server.setRequestHandler('prompts/list', { params: ListParams }, ({ cursor }) => {
    refuseCursor(cursor);
    return { prompts: parts.prompts(allowed) };
  });
  server.setRequestHandler('prompts/get', { params: PromptParams }, (asked) =>
    guarded(exchange, onError, () => parts.getPrompt(asked, exchange)),
  );
}

function refuseCursor(cursor: string | undefined): void {
  if (cursor !== undefined)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is one page: send no cursor.');
}
