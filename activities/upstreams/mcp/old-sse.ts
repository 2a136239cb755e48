/** The link of 2024-11-05, which servers still have: one stream of events for all, and a request for each message of ours. */
import { SSEClientTransport, SseError } from '@modelcontextprotocol/client';
import { createAuthorization } from './authorization';
import { createAgent, createFetch } from './fetch';
import type { HttpSettings } from './http';
import { addressIn, httpTrouble } from './http-trouble';
import type { Lane, Link } from './link';
import { withOwnHeaders } from './own-headers';
import type { Trouble } from './trouble';

export function createOldSse({ name, url, headers, oauth, maxBytes }: HttpSettings): Link {
  const agent = createAgent();
  const fetch = createFetch(agent, { name, maxBytes, onBroken: (trouble) => (ended = trouble) });
  const address = addressIn(name, url);
  const transport = new SSEClientTransport(address, {
    fetch: withOwnHeaders(fetch, address, headers),
    ...(oauth && { authProvider: createAuthorization(name, oauth, fetch) }),
  });
  let ended: Trouble | undefined;
  const troubleOf = (error: unknown): Trouble => ended ?? httpTrouble(name, error, true);
  const lane: Lane = {
    send: (message) =>
      transport.send(message).catch((error: unknown) => {
        throw troubleOf(error);
      }),
    close: () => undefined,
  };
  return {
    transport,
    apart: false,
    lane: () => Promise.resolve(lane),
    ended: () => ended,
    lastWords: () => Promise.resolve(),
    isEndedBy: (error) => error instanceof SseError, // it would be another session
    troubleOf,
    async close() {
      await transport.close();
      await agent.destroy();
    },
  };
}
