/**
 * Our requests on a connection, beside those of the SDK's client. They are ours, since the SDK gives up after a minute, does not say
 * that a stream has ended without an answer, and makes results anew by its own schemas.
 */
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import type { Given, InputReply, InputRequest } from '../../../workflows/upstream-contract';
import { digestOf } from '../digest';
import { givenIn, isGiven } from '../given';
import { addressTrouble, answerTo } from './addresses';
import type { Lane, Link } from './link';
import { Trouble } from './trouble';

/** Questions that one call may have open at a time, and ask in all. */
const OPEN_MAX = 10;
const ASKED_MAX = 100;

/** How long a notice that a request is cancelled may take to be sent, milliseconds. */
const CANCEL_MS = 3_000;

const METHOD_NOT_FOUND = -32601;
/** MCP's example for a request that a person has refused. */
const REFUSED = -1;
/** The code for a session that the server does not know. Some servers use it for time limits of their own. */
const SESSION = -32001;

/** What a server may ask its client. */
const ASKED = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list']);

export interface RequestOptions {
  /** Ends the request; the server is told. */
  readonly signal: AbortSignal;
  /** How long the server may say nothing at all, milliseconds. Absent: for as long as the signal lets it. */
  readonly idleMs?: number | undefined;
  readonly onProgress?: (progress: Given) => void;
  /** Puts what the server asks before somebody. Absent: it is refused. */
  readonly ask?: (request: InputRequest) => Promise<InputReply>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Exchange {
  /**
   * @returns the result as it came
   * @throws Trouble; the signal's reason once that has fired
   */
  request(method: string, params: Given, options: RequestOptions): Promise<Given>;
  /** Takes a message that belongs to no lane. Returns whether it has been dealt with. */
  take(message: JSONRPCMessage): boolean;
  /** Fails what is under way: the connection is gone. */
  end(): void;
}

export interface ExchangeNeeds {
  readonly name: string;
  readonly link: Link;
  /** What goes into `_meta` of each request; undefined before 2026-07-28. */
  readonly envelope: () => Given | undefined;
  /** Told that what the server offers has changed. */
  readonly onChange: () => void;
}

interface Pending {
  readonly lane: Lane;
  readonly options: RequestOptions;
  settle(outcome: { readonly result: Given } | { readonly trouble: Error }): void;
  /** Something has come. */
  touch(): void;
  /** Questions that are open, and how many there have been. */
  open: number;
  asked: number;
}

export function createExchange({ name, link, envelope, onChange }: ExchangeNeeds): Exchange {
  const pending = new Map<string, Pending>();
  let count = 0;
  let over: Trouble | undefined;

  const lost = (why = `The connection to upstream ${name} was lost before it had answered.`): Trouble =>
    link.ended() ?? new Trouble('lost', why);

  async function request(method: string, params: Given, options: RequestOptions): Promise<Given> {
    const { signal, idleMs, onProgress, headers } = options;
    signal.throwIfAborted();
    if (over) throw new Trouble('unsent', over.message, { cause: over });
    const id = `h${(count += 1)}`;
    const meta = { ...givenIn(params, '_meta'), ...envelope(), ...(onProgress && { progressToken: id }) };
    const message: JSONRPCMessage = {
      jsonrpc: '2.0',
      id,
      method,
      params: { ...params, ...(Object.keys(meta).length > 0 && { _meta: meta }) },
    };
    let own: Pending | undefined;
    const lane = await link.lane(
      (received) => {
        if (own) receive(received, own);
      },
      (trouble) => {
        if (own) own.settle({ trouble });
      },
    );
    if (signal.aborted) lane.close();
    signal.throwIfAborted();
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const notice = { sent: false };

    function cancel(reason: string): void {
      if (link.apart && envelope() !== undefined) return; // the end of its lane says so
      notice.sent = true;
      const message = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id, reason } } as const;
      void lane
        .send(message, { signal: AbortSignal.timeout(CANCEL_MS) })
        .catch(() => undefined)
        .finally(() => lane.close());
    }

    try {
      return await new Promise<Given>((resolve, reject) => {
        const still = (): void => {
          cancel('There was no message within the time limit.');
          const words = `Upstream ${name} said nothing for ${(idleMs ?? 0) / 1_000} s.`;
          settle({ trouble: new Trouble('lost', words, { silentMs: idleMs }) });
        };
        const settle: Pending['settle'] = (outcome) => {
          pending.delete(id);
          if ('result' in outcome) resolve(outcome.result);
          else reject(outcome.trouble);
        };
        const touch = (): void => {
          clearTimeout(timer);
          if (idleMs !== undefined && call.open === 0) timer = setTimeout(still, idleMs);
        };
        const call: Pending = { lane, options, settle, touch, open: 0, asked: 0 };
        own = call;
        pending.set(id, call);
        onAbort = () => {
          cancel('The job no longer waits for it.');
          settle({ trouble: signal.reason as Error });
        };
        signal.addEventListener('abort', onAbort, { once: true });
        touch();
        lane
          .send(message, {
            onEnd: () => settle({ trouble: lost() }),
            ...(headers && { headers }),
          })
          .catch((error: unknown) => settle({ trouble: link.troubleOf(error) }));
      });
    } finally {
      clearTimeout(timer);
      if (onAbort) signal.removeEventListener('abort', onAbort);
      if (!notice.sent) lane.close(); // otherwise once that is said
    }
  }

  /** @param from - the request on whose lane it came; undefined: on none */
  function receive(message: JSONRPCMessage, from?: Pending): boolean {
    from?.touch();
    if (!('method' in message)) return answer(message, from);
    const { method, params } = message;
    if ('id' in message) return serve({ id: message.id, method, params: params ?? {} }, from);
    if (method === 'notifications/progress') {
      const reported = isGiven(params) ? pending.get(String(params['progressToken'])) : undefined;
      if (reported !== from) reported?.touch();
      if (isGiven(params)) reported?.options.onProgress?.(params);
      return reported !== undefined;
    }
    if (/^notifications\/(tools|resources|prompts)\/list_changed$/.test(method)) onChange();
    return from !== undefined;
  }

  /** An answer to what was never asked, or to what nobody waits for any more, does nothing. */
  function answer(message: JSONRPCMessage, from?: Pending): boolean {
    const id = 'id' in message ? message.id : undefined;
    if (typeof id !== 'string' || !/^h\d+$/.test(id)) return from !== undefined;
    const asked = pending.get(id);
    if (!asked || (from && from !== asked)) return true;
    if ('error' in message) asked.settle({ trouble: errorIn(message.error) });
    else if ('result' in message && isGiven(message.result)) asked.settle({ result: message.result });
    else asked.settle({ trouble: lost(`Upstream ${name} answered with what is no message of MCP.`) });
    return true;
  }

  function errorIn(error: unknown): Trouble {
    const said = isGiven(error) ? error : {};
    const code = typeof said['code'] === 'number' ? said['code'] : 0;
    const message = typeof said['message'] === 'string' ? said['message'] : '';
    if (code === SESSION && /session/i.test(message))
      return new Trouble('session', `Upstream ${name} has lost the session.`);
    return new Trouble('error', `Upstream ${name} answered with an error (${code}).`, {
      answer: { code, message, data: said['data'] },
    });
  }

  /** A request of the server. Which call it belongs to is known by its lane, or where only one is under way that may ask. */
  function serve(
    { id, method, params }: { id: string | number; method: string; params: unknown },
    from?: Pending,
  ): boolean {
    if (envelope() !== undefined) return true; // since 2026-07-28 a server asks in its results, and nobody answers this
    if (!ASKED.has(method) && method !== 'ping') {
      if (!from) return false; // the SDK's client knows what to say
      void reply(from.lane, id, { error: { code: METHOD_NOT_FOUND, message: 'Method not found' } });
      return true;
    }
    const asking = from ? [from] : [...pending.values()].filter(({ options }) => options.ask);
    const [only] = asking;
    const lane = only?.lane ?? { send: (message: JSONRPCMessage) => link.transport.send(message) };
    if (method === 'ping') void reply(lane, id, { result: {} });
    else if (only?.options.ask && asking.length === 1) void ask(only, only.options.ask, id, method, params);
    else if (method === 'roots/list' && asking.length === 0) void reply(lane, id, { result: { roots: [] } });
    else {
      const why =
        asking.length > 1
          ? 'Several calls are under way in this session: which one asks is not known.'
          : 'There is nobody to ask outside of a call.';
      void reply(lane, id, { error: { code: REFUSED, message: why } });
    }
    return true;
  }

  async function ask(
    call: Pending,
    put: NonNullable<RequestOptions['ask']>,
    id: string | number,
    method: string,
    params: unknown,
  ): Promise<void> {
    const refuse = (message: string): Promise<void> => reply(call.lane, id, { error: { code: REFUSED, message } });
    if (call.open >= OPEN_MAX || call.asked >= ASKED_MAX) return refuse('There are too many questions.');
    const asked = isGiven(params) ? params : {};
    const why = addressTrouble(asked);
    if (why !== undefined) return refuse(why);
    call.open += 1;
    call.asked += 1;
    call.touch();
    try {
      // A later attempt that asks this again gives it this key, so that nobody is asked twice.
      const key = `${call.asked}.${digestOf([method, asked]).slice(0, 16)}`;
      const said = await put({ key, method, params: asked });
      await ('result' in said ? reply(call.lane, id, { result: answerTo(asked, said.result) }) : refuse(said.refused));
    } catch {
      await refuse('Nobody could be asked.');
    } finally {
      call.open -= 1;
      call.touch();
    }
  }

  function reply(
    lane: Pick<Lane, 'send'>,
    id: string | number,
    body: { result: Given } | { error: { code: number; message: string } },
  ): Promise<void> {
    return lane.send({ jsonrpc: '2.0', id, ...body }).catch(() => undefined);
  }

  return {
    request,
    take: (message) => receive(message),
    end() {
      over ??= lost();
      for (const { settle } of [...pending.values()]) settle({ trouble: over });
    },
  };
}
