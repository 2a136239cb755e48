/** The link to a server over streamable HTTP, with a lane for each request of ours. */
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { z } from 'zod';
import type { HttpUpstream } from '../../../config/upstreams';
import { createAuthorization } from './authorization';
import { createAgent, createFetch } from './fetch';
import { addressIn, answerInError, httpTrouble } from './http-trouble';
import type { Link } from './link';
import { withOwnHeaders } from './own-headers';
import type { Trouble } from './trouble';

/** How long the server may take to hear that a session is over, milliseconds. */
const GOODBYE_MS = 2_000;

/** The stream on which a server says what has changed is opened again for as long as the connection lives, at most this seldom. */
const RECONNECTION = {
  initialReconnectionDelay: 1_000,
  maxReconnectionDelay: 60_000,
  reconnectionDelayGrowFactor: 2,
  maxRetries: Number.MAX_SAFE_INTEGER,
};

/** How a server is reached over HTTP. */
export type HttpSettings = Pick<z.output<typeof HttpUpstream>, 'url' | 'headers' | 'oauth'> & {
  readonly name: string;
  readonly maxBytes: number;
};

export function createStreamable({ name, url, headers, oauth, maxBytes }: HttpSettings): Link {
  const address = addressIn(name, url);
  const agent = createAgent();
  const fetch = createFetch(agent, { name, maxBytes });
  const common = oauth && { authProvider: createAuthorization(name, oauth, fetch) };
  const transport = new StreamableHTTPClientTransport(address, {
    ...common,
    fetch: withOwnHeaders(fetch, address, headers),
    reconnectionOptions: RECONNECTION,
  });
  const troubleOf = (error: unknown): Trouble => httpTrouble(name, error, transport.sessionId !== undefined);
  return {
    transport,
    apart: true,
    async lane(receive, onBroken) {
      const { sessionId, protocolVersion } = transport;
      const own = new StreamableHTTPClientTransport(address, {
        ...common,
        fetch: withOwnHeaders(createFetch(agent, { name, maxBytes, onBroken }), address, headers),
        ...(sessionId !== undefined && { sessionId }),
        ...(protocolVersion !== undefined && { protocolVersion }),
      });
      own.onmessage = receive;
      await own.start();
      return {
        send: (message, { headers: added, signal, onEnd } = {}) =>
          own
            .send(message, {
              ...(added && { headers: added }),
              ...(signal && { requestSignal: signal }),
              ...(onEnd && { onRequestStreamEnd: onEnd }),
            })
            .catch((error: unknown) => {
              // Within a session both statuses that fit say that it is lost.
              const id = sessionId === undefined && 'id' in message ? message.id : undefined;
              const answer = answerInError(error, id);
              if (!answer) throw troubleOf(error);
              receive(answer);
            }),
        close: () => void own.close(),
      };
    },
    ended: () => undefined,
    lastWords: () => Promise.resolve(),
    isEndedBy: () => false, // a stream that broke concerns its request, or is opened again
    troubleOf,
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((resolve) => (timer = setTimeout(resolve, GOODBYE_MS)));
      await Promise.race([transport.terminateSession().catch(() => undefined), late]);
      clearTimeout(timer);
      await transport.close();
      await agent.destroy();
    },
  };
}
