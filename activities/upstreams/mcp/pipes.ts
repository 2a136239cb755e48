/** The link to a process of ours: everything goes through the one pair of pipes. */
import type { Link } from './link';
import { createStdioTransport } from './stdio';
import type { StdioSettings } from './stdio';
import { Trouble } from './trouble';

export function createPipes(settings: StdioSettings): Link {
  const transport = createStdioTransport(settings);
  const lane = { send: transport.send, close: () => undefined };
  return {
    transport,
    apart: false,
    lane: () => Promise.resolve(lane),
    ended: () => transport.ended,
    isEndedBy: () => false, // it says so itself
    lastWords: transport.lastWords,
    troubleOf: (error) =>
      error instanceof Trouble
        ? error
        : (transport.ended ??
          new Trouble('lost', `Upstream ${settings.name} is no MCP server that we understand.`, { cause: error })),
    close: () => transport.close(),
  };
}
