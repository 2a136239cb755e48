/** The SDK, as it is asked here: with the body parsed, and without a whole `Request`. */
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { McpHttpHandler, McpServerFactory } from '@modelcontextprotocol/server';
import { methodOf } from './exchange';

/** All that the SDK reads of a `Request` whose body it is given. A real one costs a third of the CPU of a request. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Pick<Headers, 'get'>;
  readonly signal: AbortSignal | undefined;
}

export interface Sdk {
  /** Serves one request, and hands `asked` itself back to the factory. */
  readonly fetch: (asked: Asked, body: unknown) => Promise<Response>;
  /** Tells subscribers of changes. */
  readonly notify: McpHttpHandler['notify'];
  /** Ends the subscriptions, each with its result. What is asked for later has no end of its own. */
  readonly endSubscriptions: () => void;
}

/** The SDK's handler. `fetch` is a method here: only to a method may the compiler give less than the whole `Request` that the SDK names. */
interface Handler extends Pick<McpHttpHandler, 'notify' | 'close'> {
  fetch(asked: Asked, options: { readonly parsedBody: unknown }): Promise<Response>;
}

/** Subscriptions have a handler of their own: it can end those alone, while calls have their answers yet to come. */
export function createSdk(factory: McpServerFactory, onerror: (error: Error) => void): Sdk {
  const others: Handler = createMcpHandler(factory, { onerror });
  const subscriptions: Handler = createMcpHandler(factory, { onerror });
  let ended = false;
  return {
    notify: subscriptions.notify,
    fetch(asked, body) {
      const subscribes = methodOf(body) === 'subscriptions/listen';
      return (subscribes && !ended ? subscriptions : others).fetch(asked, { parsedBody: body });
    },
    endSubscriptions() {
      ended = true;
      void subscriptions.close();
    },
  };
}
