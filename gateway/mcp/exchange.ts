/**
 * One parsed request on its way through the SDK, and its answer on the way back. The SDK gets the body parsed, and a request
 * that is no more than what it reads of one.
 */
import { isInitializeRequest } from '@modelcontextprotocol/server';
import type { McpHttpHandler } from '@modelcontextprotocol/server';
import type { Caller } from '../../workflows/contract';
import type { Problem } from '../errors';
import type { Answer } from '../http/front';
import { idOf, refuse } from '../http/refusal';
import { isRecord } from '../json';
import { negotiated } from './session';
import type { Session, Sessions } from './session';
import { finish, pipe } from '../http/stream';

/** The HTTP status of a call is held back this long while Temporal has not said whether it is durable. */
const FIRST_BYTE_MS = 800;

/** What one HTTP request brings, beyond its JSON-RPC body. */
export interface Exchange {
  readonly caller: Caller;
  /** It is no part of a batch. */
  readonly alone: boolean;
  /** The `Idempotency-Key` header. */
  readonly key: string | undefined;
  /** The `Holdfast-Callback` header. */
  readonly callback: string | undefined;
  /** What a 2025 client said of itself at its beginning. */
  readonly session: Session | undefined;
  /** The revision that is spoken, or in `initialize` asked for. */
  readonly version: string | undefined;
  /** The `Holdfast-Patience` header. */
  readonly patience: string | undefined;
  /** Patience of the caller's key, milliseconds. */
  readonly grantedMs: number | undefined;
  /** Settled as soon as it is known whether the call is durable, so that the HTTP status can still say no. */
  readonly settle: (problem?: Problem) => void;
}

export interface ExchangeNeeds {
  /** Answers that come at once: one JSON body. */
  readonly auto: McpHttpHandler;
  /** Calls that may take long: an event stream from the first moment. */
  readonly sse: McpHttpHandler;
  /** Remembers what belongs to the request object that the SDK is given. */
  readonly exchanges: WeakMap<object, Exchange>;
  readonly sessions: Sessions;
}

/** Hands one parsed request to the SDK, and its answer back to the client. */
export function createExchange({ auto, sse, exchanges, sessions }: ExchangeNeeds): Answer {
  return async (request, response, body, { caller, patienceMs }) => {
    const hangUp = new AbortController();
    response.once('close', () => hangUp.abort());
    const header = (name: string): string | null => {
      const value = request.headers[name.toLowerCase()];
      return (Array.isArray(value) ? value.join(', ') : value) ?? null;
    };
    let settle: Exchange['settle'] = () => undefined;
    const settled = new Promise<Problem | undefined>((resolve) => (settle = resolve));
    // With `parsedBody` the SDK reads no more of a Request than this; a real one costs a third of the CPU of a request.
    const asked = {
      method: 'POST',
      url: 'http://holdfast.invalid/mcp',
      headers: { get: header },
      signal: hangUp.signal,
    } as unknown as Request;
    const known = sessions.read(header('mcp-session-id') ?? undefined, caller);
    exchanges.set(asked, {
      caller,
      alone: !Array.isArray(body),
      key: header('idempotency-key') ?? undefined,
      callback: header('holdfast-callback') ?? undefined,
      session: known,
      version: versionAsked(body) ?? header('mcp-protocol-version') ?? known?.version,
      patience: header('holdfast-patience') ?? undefined,
      grantedMs: patienceMs,
      settle,
    });

    const answer = await (mayTakeLong(body) ? sse : auto).fetch(asked, { parsedBody: body });
    const session = answer.status === 200 ? sessions.begin(body, caller) : undefined;
    if (session !== undefined) response.setHeader('mcp-session-id', session);
    if (!answer.body || answer.headers.get('content-type')?.includes('event-stream') !== true) {
      const bytes = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), 'content-length': bytes.length });
      return finish(response, bytes); // not awaited here: the answer would be held as long as its bytes
    }
    const chunks = answer.body.getReader();
    const first = chunks.read();
    const problem = await Promise.race([settled, first.then(() => undefined), after(FIRST_BYTE_MS)]);
    // Other calls of a batch may have been accepted.
    if (problem && !Array.isArray(body)) {
      await chunks.cancel();
      return refuse(response, problem, idOf(body));
    }
    await pipe(answer, chunks, first, response);
  };
}

function mayTakeLong(body: unknown): boolean {
  if (Array.isArray(body)) return body.some(mayTakeLong);
  const method = isRecord(body) ? body['method'] : undefined;
  return method === 'tools/call' || method === 'tasks/result';
}

/** The revision that an `initialize` asks for, as it is granted. */
function versionAsked(body: unknown): string | undefined {
  return isInitializeRequest(body) ? negotiated(body.params.protocolVersion) : undefined;
}

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref());
}
