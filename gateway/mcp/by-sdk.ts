/** One parsed request on its way through the SDK, and its answer on the way back. */
import type { ServerResponse } from 'node:http';
import { acceptOf } from '../http/accept';
import type { Answer } from '../http/front';
import { idOf, refuse } from '../http/refusal';
import { beginStream, finish, forward, keepAlive, send } from '../http/stream';
import type { Whole } from '../http/stream';
import { wellFormed } from '../json';
import { methodOf } from './exchange';
import type { BeginExchange, Exchange } from './exchange';
import { hangUpOf, mayTakeLong, whenDue } from './first-byte';
import type { Asked, Sdk } from './sdk';
import type { Sessions } from './session';

export interface BySdkNeeds {
  readonly sdk: Pick<Sdk, 'fetch'>;
  /** Remembers what belongs to the request object that the SDK is given. */
  readonly exchanges: WeakMap<object, Exchange>;
  readonly begin: BeginExchange;
  readonly sessions: Pick<Sessions, 'begin'>;
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

const UNDECIDED = new Promise<never>(() => undefined);

/** Hands one parsed request to the SDK, and its answer back to the client. */
export function createAnswerBySdk({ sdk, exchanges, begin, sessions }: BySdkNeeds): Answer {
  return async (request, response, body, visitor) => {
    if (response.destroyed) return; // hung up before anything was asked of the SDK, which would not notice
    const { exchange, decided } = begin(request, body, visitor);
    const { header, alone, caller, decide } = exchange;
    const shown = (name: string): string | undefined => (name === 'accept' ? acceptOf(header(name)) : header(name));
    const mayWait = mayWaitIn(body);
    const asked: Asked = {
      method: 'POST',
      url: 'http://holdfast.invalid/mcp',
      headers: { get: (name: string) => shown(name.toLowerCase()) ?? null },
      signal: mayWait ? hangUpOf(request, response) : undefined,
    };
    exchanges.set(asked, exchange);

    const coming = sdk.fetch(asked, body).then((answer) => sdkAnswerOf(answer, body));
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
    // The other calls of a batch want their answers, whatever becomes of one.
    const known = await whenDue(coming, alone ? decided : UNDECIDED);
    if (known.kind === 'refused') {
      coming.then(discard, () => undefined);
      return refuse(response, known.problem, idOf(body));
    }
    if (known.kind === 'ready') return answerWith(known.answer, response);
    beginStream(response);
    const late = await coming.finally(keepAlive(response));
    if (late.kind === 'stream') return goOn(late, response);
    if (await send(response, late.text)) response.end();
  };
}

async function sdkAnswerOf(answer: Response, asked: unknown): Promise<SdkAnswer> {
  const { status, headers, body } = answer;
  if (!body || headers.get('content-type')?.includes('event-stream') !== true) {
    const text = wellFormed(await answer.text());
    return { kind: 'whole', status, headers, text: status >= 400 ? namingRequest(text, asked) : text };
  }
  const rest: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  return { kind: 'stream', status, first: (await rest.read()).value, rest };
}

/** The SDK says `"id":null` in many a refusal. MCP has no such id: the error has that of the request, or none where there is no request. */
function namingRequest(text: string, asked: unknown): string {
  if (!text.includes('"id":null')) return text;
  const { id, ...error } = JSON.parse(text) as { readonly id?: unknown };
  return id === null ? JSON.stringify({ ...error, id: methodOf(asked) === undefined ? undefined : idOf(asked) }) : text;
}

/** Answers with what has come. */
async function answerWith(sdkAnswer: SdkAnswer, response: ServerResponse): Promise<void> {
  if (sdkAnswer.kind === 'whole') return finish(response, sdkAnswer);
  // No cork: writes of one turn leave in one packet anyway, and from Node 22 on a response that ends while corked loses data.
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

function mayWaitIn(body: unknown): boolean {
  return Array.isArray(body) ? body.some(mayWaitIn) : mayTakeLong(methodOf(body));
}
