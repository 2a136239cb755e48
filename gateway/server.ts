/**
 * MCP on one request: a fresh low-level server for each, with everything that costs anything made beforehand. The SDK
 * speaks the protocol in every revision; this file says what is offered and sends each call on its way.
 */
import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import type { CallToolResult, McpServerFactory, ServerContext } from '@modelcontextprotocol/server';
import { version } from '../package.json';
import { z } from 'zod';
import type { Caller } from '../workflows/contract';
import type { CallRequest } from './call';
import type { Exchange } from './exchange';
import type { Companion } from './companions/companion';
import { Conflict, RETRY_AFTER_S, Unavailable, UnknownJob } from './errors';
import { reportProgress } from './progress';
import { rejected } from './result';
import type { Tool } from './tools';

const INFO = { name: 'holdfast', title: 'Holdfast', version };
const INSTRUCTIONS =
  'Every tool here is durable. A call that takes long answers with a job id instead of a result: the job goes on by itself. Then call job_wait with that id, again and again if need be, until it returns the result. Never repeat the original call: that would start a second job. job_list finds lost ids.';
const KEY_META = 'io.holdfast/idempotency-key';
const KEY_MAX = 255;

export interface Offer {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly companions: readonly Companion[];
  readonly call: (tool: Tool, args: unknown, request: CallRequest) => Promise<CallToolResult>;
  /** The caller's latest job ids, for one who has lost them. */
  readonly latest: (caller: Caller) => Promise<readonly string[]>;
  readonly onError: (error: unknown) => void;
}

const ListParams = z.looseObject({ cursor: z.string().optional() });

/** Makes the factory. `exchangeOf` finds what belongs to the HTTP request that the SDK hands back. */
export function serverFactory(offer: Offer, exchangeOf: (request: object | undefined) => Exchange): McpServerFactory {
  const companions = new Map(offer.companions.map((companion) => [companion.listed.name, companion]));
  const listed = [
    ...[...offer.tools.values()].map((tool) => tool.listed),
    ...offer.companions.map((companion) => companion.listed),
  ];
  const options = {
    instructions: INSTRUCTIONS,
    capabilities: { tools: {} },
    cacheHints: { 'tools/list': { ttlMs: 300_000, cacheScope: 'private' as const } },
    // The tools check their own arguments, against the schema that the model saw.
    jsonSchemaValidator: {
      getValidator: (): never => {
        throw new Error('Not used.');
      },
    },
  };

  async function dispatch(name: string, args: unknown, request: CallRequest): Promise<CallToolResult> {
    const tool = offer.tools.get(name);
    if (tool) return offer.call(tool, args, request);
    const companion = companions.get(name);
    if (companion) return companion.run(args, request);
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `Unknown tool: ${name.slice(0, 64)}. tools/list names those that exist.`,
    );
  }

  return ({ requestInfo }) => {
    const exchange = exchangeOf(requestInfo);
    const server = new Server(INFO, options);
    server.setRequestHandler('tools/list', { params: ListParams }, ({ cursor }) => {
      if (cursor !== undefined)
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is one page of tools: send no cursor.');
      return { tools: listed };
    });
    server.setRequestHandler('tools/call', async ({ params }, context) => {
      const progress = reportProgress(context.mcpReq._meta?.progressToken, (update) => {
        context.mcpReq.notify({ method: 'notifications/progress', params: { ...update } }).catch(() => undefined); // the client is gone
      });
      try {
        const key = keyOf(exchange, context);
        return await dispatch(params.name, params.arguments, {
          caller: exchange.caller,
          key,
          signal: context.mcpReq.signal,
          onView: progress.show,
          accepted: () => exchange.settle(),
        });
      } catch (error) {
        return await toolError(error, exchange, offer);
      } finally {
        progress.stop();
        exchange.settle();
      }
    });
    return server;
  };
}

function keyOf({ key: header }: Exchange, { mcpReq }: ServerContext): string | undefined {
  const key: unknown = mcpReq._meta?.[KEY_META] ?? header;
  if (key === undefined || (typeof key === 'string' && key.length > 0 && key.length <= KEY_MAX)) return key;
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `The idempotency key must be a string of 1 to ${KEY_MAX} characters.`,
  );
}

/** Puts what went wrong into words, or passes on what is the protocol's affair. */
async function toolError(
  error: unknown,
  { caller, settle }: Exchange,
  { latest, onError }: Offer,
): Promise<CallToolResult> {
  if (error instanceof ProtocolError) throw error;
  if (error instanceof Conflict)
    return rejected(error.message, { kind: 'conflict', job_id: error.jobId, retryable: false, side_effect: 'none' });
  if (error instanceof UnknownJob) {
    const ids = await latest(caller).catch(() => []);
    const known = ids.length > 0 ? `Your latest jobs: ${ids.join(', ')}.` : 'You have no jobs.';
    return rejected(`${error.message} ${known}`, { kind: 'unknown_job', retryable: false, side_effect: 'none' });
  }
  if (error instanceof Unavailable) {
    settle(error);
    return rejected(error.message, {
      kind: 'unavailable',
      ...(error.jobId !== undefined && { job_id: error.jobId }),
      retryable: error.jobId === undefined,
      retry_after_s: RETRY_AFTER_S,
      side_effect: error.jobId === undefined ? 'none' : 'unknown',
    });
  }
  onError(error);
  throw new ProtocolError(ProtocolErrorCode.InternalError, 'Internal error. The gateway has logged it.');
}
