/**
 * MCP on one request: a fresh low-level server for each, with everything that costs anything made beforehand. The SDK
 * speaks the protocol in every revision; this file says what is offered.
 */
import { CLIENT_CAPABILITIES_META_KEY } from '@modelcontextprotocol/server';
import type { McpServerFactory, ServerCapabilities } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { version } from '../../package.json';
import { TASKS_EXTENSION } from '../call/client';
import type { ClientFacts } from '../call/client';
import type { Rounds } from '../call/rounds';
import type { Jobs } from '../jobs/jobs';
import { recordIn } from '../json';
import type { Offered } from '../offered';
import type { Parts, Reader } from '../upstreams/parts';
import type { ReadRound, ReadRounds } from '../upstreams/read-rounds';
import type { Elicitation } from './elicitation';
import type { Exchange } from './exchange';
import { McpServer } from './mcp-server';
import { ListParams, asks, freshFor, hasCoreTasks, refuseCursor } from './methods';
import type { Context, SetMethods } from './methods';
import { createPushOn } from './push';
import { RESULT_RESOURCES } from './resources';
import type { Resources } from './resources';
import { guarded } from './trouble';
import type { OnError } from './trouble';

export const INFO = { name: 'holdfast', title: 'Holdfast', version };
const INSTRUCTIONS =
  'Every tool here is durable. A call that takes long answers with a job id instead of a result: the job goes on by itself. Then call job_wait with that id, again and again if need be, until it returns the result. Never repeat the original call: that would start a second job. job_list finds lost ids.';

/** More of MCP than tools, for an endpoint that has prompts or resources of its own. */
export interface More {
  readonly capabilities: ServerCapabilities;
  /** Sets its request handlers on the server of one request. */
  readonly register: (server: McpServer, era: ClientFacts['era']) => void;
}

export interface ServerNeeds {
  readonly setMethods: SetMethods;
  readonly offered: Pick<Offered, 'ttlMs'>;
  /** Resources and prompts of upstreams; undefined as long as there are no upstreams. */
  readonly parts: () => Parts | undefined;
  readonly resources: Resources;
  readonly rounds: Pick<Rounds, 'read'>;
  readonly readRounds: Pick<ReadRounds, 'read'>;
  readonly elicitation: Elicitation;
  readonly jobs: Pick<Jobs, 'shown' | 'partial'>;
  readonly more: More | undefined;
  readonly onError: OnError;
}

const UriParams = z.looseObject({ uri: z.string() });
const CompleteParams = z.looseObject({
  ref: z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('ref/prompt'), name: z.string() }),
    z.looseObject({ type: z.literal('ref/resource'), uri: z.string() }),
  ]),
  argument: z.looseObject({ name: z.string(), value: z.string() }),
  context: z.looseObject({ arguments: z.record(z.string(), z.string()).optional() }).optional(),
});
const PromptParams = z.looseObject({ name: z.string(), arguments: z.record(z.string(), z.string()).optional() });

/** @param exchangeOf - finds what belongs to the HTTP request that the SDK hands back */
export function createServerFactory(
  needs: ServerNeeds,
  exchangeOf: (request: object | undefined) => Exchange,
): McpServerFactory {
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
    const parts = needs.parts();
    const { caller } = exchange;
    const notes = asks(exchange, 'tools/') ? needs.rounds : needs.readRounds;
    // A client of 2025 has no stream here that it could be told on.
    const told = era === 'modern' && { listChanged: true };
    const server = new McpServer(INFO, {
      ...options,
      requestState: { verify: (state: string) => Promise.resolve(notes.read(state, caller)) },
      capabilities: {
        tools: { ...told },
        resources: { ...(parts && told) },
        ...(parts && { prompts: { ...told }, completions: {} }),
        ...(era === 'modern' && { extensions: { [TASKS_EXTENSION]: {} } }),
        ...(hasCoreTasks(exchange, era) && { tasks: { cancel: {}, requests: { tools: { call: {} } } } }),
        ...needs.more?.capabilities,
      },
    });
    needs.setMethods(server, exchange, era, createPushOn(server, needs, caller));
    if (asks(exchange, 'resources/')) serveResources(server, parts, needs, exchange, era);
    if (parts && asks(exchange, 'prompts/')) servePrompts(server, parts, needs, exchange, era);
    if (parts && asks(exchange, 'completion/'))
      server.setRequestHandler('completion/complete', { params: CompleteParams }, (asked) =>
        guarded(exchange, needs.onError, () => parts.complete(asked, exchange)),
      );
    needs.more?.register(server, era);
    return server;
  };
}

function serveResources(
  server: McpServer,
  parts: Parts | undefined,
  { resources, offered, onError }: ServerNeeds,
  exchange: Exchange,
  era: ClientFacts['era'],
): void {
  const { caller, allowed } = exchange;
  server.setRequestHandler('resources/list', { params: ListParams }, ({ cursor }) => {
    refuseCursor(cursor);
    return { resources: parts?.resources(allowed) ?? [], ...freshFor(era, offered) };
  });
  server.setRequestHandler('resources/templates/list', { params: ListParams }, ({ cursor }) => {
    refuseCursor(cursor);
    return {
      resourceTemplates: [...RESULT_RESOURCES, ...(parts?.resourceTemplates(allowed) ?? [])],
      ...freshFor(era, offered),
    };
  });
  server.setRequestHandler('resources/read', { params: UriParams }, ({ uri }, context) =>
    guarded(
      exchange,
      onError,
      async () => (await parts?.readResource(uri, readerOf(exchange, era, context))) ?? resources.read(caller, uri),
    ),
  );
}

function servePrompts(
  server: McpServer,
  parts: Parts,
  { offered, onError }: ServerNeeds,
  exchange: Exchange,
  era: ClientFacts['era'],
): void {
  const { allowed } = exchange;
  server.setRequestHandler('prompts/list', { params: ListParams }, ({ cursor }) => {
    refuseCursor(cursor);
    return { prompts: parts.prompts(allowed), ...freshFor(era, offered) };
  });
  server.setRequestHandler('prompts/get', { params: PromptParams }, (asked, context) =>
    guarded(exchange, onError, () => parts.getPrompt(asked, readerOf(exchange, era, context))),
  );
}

/** Who reads, and what the request brings back of an earlier round. */
const readerOf = ({ caller, allowed }: Exchange, era: ClientFacts['era'], { mcpReq }: Context): Reader => ({
  caller,
  allowed,
  capabilities: era === 'modern' ? recordIn(mcpReq.envelope ?? {}, CLIENT_CAPABILITIES_META_KEY) : undefined,
  round: mcpReq.requestState<ReadRound>(),
  responses: mcpReq.inputResponses,
});
