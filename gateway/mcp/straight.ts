/**
 * Plain requests of 2026-07-28, answered without the SDK: a server of its own and a web stream for each would be half of what such a
 * request costs. Whatever is not plain goes by the SDK, to the same handlers.
 */
import type { ServerResponse } from 'node:http';
import { MissingRequiredClientCapabilityError, SERVER_INFO_META_KEY } from '@modelcontextprotocol/server';
import type {
  CallToolResult,
  Implementation,
  JSONRPCNotification,
  Result,
  StandardSchemaV1,
} from '@modelcontextprotocol/server';
import type { Answer } from '../http/front';
import { refuse } from '../http/refusal';
import { beginStream, finish, keepAlive, send } from '../http/stream';
import { wellFormed } from '../json';
import type { BeginExchange } from './exchange';
import { hangUpOf, mayTakeLong, whenDue } from './first-byte';
import type { Context, Methods, SetMethods } from './methods';
import { plainIn } from './plain';
import type { Plain } from './plain';
import { protocolError } from './trouble';
import type { OnError } from './trouble';
import { written } from './written';

export interface StraightNeeds {
  /** Answers what is not plain. */
  readonly bySdk: Answer;
  readonly begin: BeginExchange;
  readonly setMethods: SetMethods;
  /** Goes into `_meta` of each result. */
  readonly serverInfo: Implementation;
  readonly onError: OnError;
}

/** A handler that has its parameters already. */
type Run = (context: Context) => Result | Promise<Result>;

interface Said {
  readonly status: number;
  readonly text: string;
}

const JSON_HEADERS = [['content-type', 'application/json']] as const;
const NEVER = new AbortController().signal;

export function createAnswerStraight({ bySdk, begin, setMethods, serverInfo, onError }: StraightNeeds): Answer {
  return async (request, response, body, visitor) => {
    const plain = plainIn(request, body);
    if (!plain || response.destroyed) return bySdk(request, response, body, visitor);
    const { exchange, decided } = begin(request, body, visitor);
    let run: Run | undefined;
    setMethods(
      only(plain, (found) => (run = found)),
      exchange,
      'modern',
      () => undefined,
    );
    if (!run) return bySdk(request, response, body, visitor); // its parameters are not what the handler takes
    const stream = createStream(response);
    const mayWait = mayTakeLong(plain.method);
    const signal = mayWait ? hangUpOf(request, response) : NEVER;
    const coming = said(plain, run, { signal, notify: stream.send }, serverInfo, onError);
    if (!mayWait) {
      const answer = await coming;
      exchange.decide();
      const problem = await decided;
      return problem ? refuse(response, problem, plain.id) : stream.end(answer);
    }
    const known = await whenDue(coming, decided);
    if (known.kind === 'refused') return refuse(response, known.problem, plain.id);
    if (known.kind === 'late') stream.begin();
    return stream.end(known.kind === 'ready' ? known.answer : await coming);
  };
}

/** Where handlers are set of which one is to run: that of a plain request, if its parameters are what it takes. */
function only({ method, params }: Plain, found: (run: Run) => void): Methods {
  return {
    setRequestHandler(name, schemas, handler) {
      if (name !== method) return;
      const checked = schemas.params['~standard'].validate(params) as StandardSchemaV1.Result<never>;
      if (!checked.issues) found((context) => handler(checked.value, context));
    },
    projectCallToolResult: withText,
    close: () => Promise.reject(new Error('A request of 2026-07-28 is not taken back by another one.')),
  };
}

/** Data that is no object is in the text, too, for clients that read no other (2026-07-28, structured content). */
function withText(result: CallToolResult): CallToolResult {
  const { structuredContent: data, content } = result;
  const plainData = data === undefined || (typeof data === 'object' && data !== null && !Array.isArray(data));
  if (plainData || content.some(({ type }) => type === 'text')) return result;
  return { ...result, content: [...content, { type: 'text', text: JSON.stringify(data) }] };
}

/** Runs a handler, and writes down what comes of it: its result, or the error that it throws. */
async function said(
  { id, method, meta }: Plain,
  run: Run,
  { signal, notify }: Pick<Context['mcpReq'], 'signal' | 'notify'>,
  serverInfo: Implementation,
  onError: OnError,
): Promise<Said> {
  const requestState = <T>(): T | undefined => undefined;
  try {
    const {
      resultType = 'complete',
      _meta,
      ...result
    } = await run({
      mcpReq: { id, method, _meta: meta, envelope: meta, signal, notify, requestState },
    });
    const stamped = { ...result, resultType, _meta: { [SERVER_INFO_META_KEY]: serverInfo, ..._meta } };
    return { status: 200, text: written({ result: stamped, jsonrpc: '2.0', id }) };
  } catch (error) {
    const { code, message, data } = protocolError(error, onError);
    const status = error instanceof MissingRequiredClientCapabilityError ? 400 : 200; // the one error of a handler that has a status of its own
    const text = JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } });
    return { status, text: wellFormed(text) };
  }
}

/** An answer that may say something before its end: then, and not before, it is an event stream. */
function createStream(response: ServerResponse) {
  let stop: (() => void) | undefined;
  let last: Promise<unknown> = Promise.resolve();
  function begin(): void {
    if (stop) return;
    beginStream(response);
    stop = keepAlive(response);
  }
  return {
    begin,
    send(notification: Omit<JSONRPCNotification, 'jsonrpc'>): Promise<void> {
      begin();
      const text = JSON.stringify({ ...notification, jsonrpc: '2.0' });
      return (last = last.then(() => send(response, text))).then(() => undefined);
    },
    async end({ status, text }: Said): Promise<void> {
      if (!stop) return finish(response, { status, headers: JSON_HEADERS, text });
      await last;
      stop();
      if (await send(response, text)) response.end();
    },
  };
}
