/**
 * One parsed request on its way through the SDK, and its answer on the way back. The SDK gets the body parsed, and a stand-in for a
 * `Request` that has what it reads.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isInitializeRequest } from '@modelcontextprotocol/server';
import type { JSONRPCResultResponse, McpHttpHandler } from '@modelcontextprotocol/server';
import type { Caller } from '../../workflows/contract';
import { ALL_ALLOWED } from '../allowed';
import type { Allowed } from '../allowed';
import type { Problem } from '../errors';
import { acceptOf } from '../http/accept';
import type { Visit } from '../visit';
import type { Answer } from '../http/front';
import { idOf, refuse } from '../http/refusal';
import { isRecord, wellFormed } from '../json';
import type { TakeWhole } from './mcp-server';
import { negotiated } from './session';
import type { Session, Sessions } from './session';
import { beginStream, finish, forward, keepAlive, send } from '../http/stream';
import type { Whole } from '../http/stream';
import { written } from './written';

/** The HTTP status of a call is held back this long while Temporal has not said whether it is durable. */
const FIRST_BYTE_MS = 800;

/** What one HTTP request brings, beyond its JSON-RPC body. */
export interface Exchange {
  readonly visit: Visit;
  readonly caller: Caller;
  /** Which tools its key may call. */
  readonly allowed: Allowed;
  /** It is no part of a batch. */
  readonly alone: boolean;
  /** What it asks for; undefined for a batch. */
  readonly method: string | undefined;
  /** Finds any header, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
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
  /** Fires when the caller's key counts no longer; undefined where callers need none. */
  readonly over: AbortSignal | undefined;
  /** To be called when it is known whether a call is durable, and why a request has no answer now: the HTTP status can still say no. */
  readonly decide: (problem?: Problem) => void;
  /** Takes the result that is the whole answer, which the SDK's response is without then. */
  readonly takeWhole: TakeWhole;
}

export interface ExchangeNeeds {
  readonly sdk: McpHttpHandler;
  /** Remembers what belongs to the request object that the SDK is given. */
  readonly exchanges: WeakMap<object, Exchange>;
  readonly sessions: Sessions;
}

/** The SDK's answer, as far as it has come: all of it, or the first piece of a stream. */
type SdkAnswer =
  | ({ readonly kind: 'whole' } & Whole)
  | {
      readonly kind: 'stream';
      readonly status: number;
      readonly first: Uint8Array | undefined;
      readonly rest: ReadableStreamDefaultReader<Uint8Array>;
    };

/** Why the signal of a request fires. It is made once: an error of its own for each request would cost a stack each. */
const HUNG_UP = new Error('The client has hung up.');

/** Hands one parsed request to the SDK, and its answer back to the client. */
export function createAnswerBySdk({ sdk, exchanges, sessions }: ExchangeNeeds): Answer {
  return async (request, response, body, { caller, allowed = ALL_ALLOWED, patienceMs, over, visit }) => {
    if (response.destroyed) return; // hung up before anything was asked of the SDK, which would not notice
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    let decide: Exchange['decide'] = () => undefined;
    const decided = new Promise<Problem | undefined>((resolve) => (decide = resolve));
    const shown = (name: string): string | undefined => (name === 'accept' ? acceptOf(header(name)) : header(name));
    /** In a batch the other calls may have been accepted. */
    const alone = !Array.isArray(body);
    const method = isRecord(body) && typeof body['method'] === 'string' ? body['method'] : undefined;
    const mayWait = mayTakeLong(body);
    let whole: JSONRPCResultResponse | undefined;
    // With `parsedBody` the SDK reads no more of a Request than this; a real one costs a third of the CPU of a request.
    const asked = {
      method: 'POST',
      url: 'http://holdfast.invalid/mcp',
      headers: { get: (name: string) => shown(name.toLowerCase()) ?? null },
      signal: mayWait ? hangUpOf(request, response) : undefined,
    } as unknown as Request;
    const session = sessions.read(header('mcp-session-id'), caller);
    exchanges.set(asked, {
      visit,
      caller,
      allowed,
      alone,
      method: alone ? (method ?? '') : undefined,
      header,
      key: header('idempotency-key'),
      callback: header('holdfast-callback'),
      session,
      version: versionAsked(body) ?? header('mcp-protocol-version') ?? session?.version,
      patience: header('holdfast-patience'),
      grantedMs: patienceMs,
      over,
      decide,
      takeWhole: (answer) => void (whole = answer),
    });

    const coming = sdk.fetch(asked, { parsedBody: body }).then((answer) => sdkAnswerOf(answer, whole));
    if (!mayWait) {
      const ready = await coming;
      decide();
      const problem = alone ? await decided : undefined;
      if (problem) {
        discard(ready);
        return refuse(response, problem, idOf(body));
      }
      const begun = ready.status === 200 ? sessions.begin(body, caller) : undefined;
      if (begun !== undefined) response.setHeader('mcp-session-id', begun);
      return answerWith(ready, response);
    }
    const due = after(FIRST_BYTE_MS, coming);
    const problem = await Promise.race([decided, coming.then(() => undefined), due]);
    if (problem && alone) {
      coming.then(discard, () => undefined);
      return refuse(response, problem, idOf(body));
    }
    const ready = await Promise.race([coming, due]);
    if (ready) return answerWith(ready, response);
    beginStream(response);
    const late = await coming.finally(keepAlive(response));
    if (late.kind === 'stream') return goOn(late, response);
    if (await send(response, late.text)) response.end();
  };
}

/** Fires when the client hangs up before it has its answer. */
function hangUpOf({ socket }: IncomingMessage, response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const closed = (): void => {
    if (!response.writableFinished) controller.abort(HUNG_UP);
  };
  response.once('close', closed);
  // The answer to a pipelined request has no socket before its turn, and is not told when the client is gone by then.
  if (response.socket === null) socket.once('close', closed);
  return controller.signal;
}

/** @param whole - what was taken of the answer: all that it says */
async function sdkAnswerOf(answer: Response, whole: JSONRPCResultResponse | undefined): Promise<SdkAnswer> {
  const { status, headers, body } = answer;
  if (whole) return { kind: 'whole', status, headers, text: written(whole) };
  if (!body || headers.get('content-type')?.includes('event-stream') !== true)
    return { kind: 'whole', status, headers, text: wellFormed(await answer.text()) };
  const rest: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  return { kind: 'stream', status, first: (await rest.read()).value, rest };
}

/** Answers with what has come. */
async function answerWith(sdkAnswer: SdkAnswer, response: ServerResponse): Promise<void> {
  if (sdkAnswer.kind === 'whole') return finish(response, sdkAnswer);
  // What is written in one turn leaves as one packet without a cork. From Node 22 on, one would lose what ends under it.
  beginStream(response);
  await goOn(sdkAnswer, response);
}

async function goOn({ first, rest }: Extract<SdkAnswer, { kind: 'stream' }>, response: ServerResponse): Promise<void> {
  for (let piece = first; piece && !response.destroyed; piece = (await rest.read()).value)
    await forward(response, piece);
  if (response.destroyed) return void rest.cancel().catch(() => undefined);
  response.end();
}

function discard(sdkAnswer: SdkAnswer): void {
  if (sdkAnswer.kind === 'stream') sdkAnswer.rest.cancel().catch(() => undefined);
}

function mayTakeLong(body: unknown): boolean {
  if (Array.isArray(body)) return body.some(mayTakeLong);
  const method = isRecord(body) ? body['method'] : undefined;
  return method === 'tools/call' || method === 'tasks/result';
}

/** The revision that an `initialize` asks for, as it is granted. */
function versionAsked(body: unknown): string | undefined {
  if (!isRecord(body) || body['method'] !== 'initialize' || !isInitializeRequest(body)) return undefined;
  return negotiated(body.params.protocolVersion);
}

/** Resolves after `ms` milliseconds, unless `first` is settled before. */
function after(ms: number, first: Promise<unknown>): Promise<undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, undefined).unref();
    const clear = (): void => clearTimeout(timer);
    first.then(clear, clear);
  });
}
