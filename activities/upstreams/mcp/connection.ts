/** A connection to an MCP server, whichever revision it speaks: agreed on by the SDK's client, and used by our requests. */
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  Client,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/client';
import type { ClientCapabilities } from '@modelcontextprotocol/client';
import { head } from '../../../workflows/cut';
import type { Given, Listing } from '../../../workflows/upstream-contract';
import { givenIn } from '../given';
import { createExchange } from './exchange';
import type { Exchange } from './exchange';
import type { Link } from './link';
import { tapped } from './tapped';
import { Trouble } from './trouble';
import { paused } from './waiting';

/** What we declare. Whether somebody can be asked depends on the caller, and is said when it comes to that. */
const CAPABILITIES: ClientCapabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
/** Declared where a server may answer with a task of its own accord. */
const MODERN: ClientCapabilities = { ...CAPABILITIES, extensions: { 'io.modelcontextprotocol/tasks': {} } };

/** The first revision in which each request says which revision it is of. */
const MODERN_SINCE = '2026-07-28';

/** Longest name and version of a server, characters. */
const NAME_MAX = 200;

/** Pauses between attempts to hear of changes again, milliseconds. */
const LISTEN_FIRST_MS = 1_000;
const LISTEN_MOST_MS = 60_000;

export interface Connection extends Pick<Exchange, 'request'> {
  readonly server: NonNullable<Listing['server']>;
  /** Whether it speaks 2026-07-28 or later. */
  readonly modern: boolean;
  /** What the server declares. */
  readonly capabilities: Given;
  /** Whether it is known to be gone. */
  isOver(): boolean;
  /** Whether it answers at all, be it with an error, within so many milliseconds. */
  answers(withinMs: number): Promise<boolean>;
  onEnd(listener: () => void): void;
  close(): Promise<void>;
}

export interface ConnectionNeeds {
  readonly name: string;
  readonly version: string;
  readonly link: Link;
  /** Do not ask for 2026-07-28: the server is known to be older. */
  readonly legacy: boolean;
  /** How long it may take, milliseconds; and how long the server may not answer which revisions it speaks. */
  readonly limitMs: number;
  readonly probeMs: number;
  readonly onChange: () => void;
}

/** @throws Trouble */
export async function connect(needs: ConnectionNeeds): Promise<Connection> {
  const { name, version, link, legacy, limitMs, probeMs, onChange } = needs;
  const agreed: { revision?: string | undefined } = {};
  const info = { name: 'holdfast', version };
  const exchange = createExchange({
    name,
    link,
    onChange,
    envelope: () =>
      isModern(agreed.revision)
        ? {
            [PROTOCOL_VERSION_META_KEY]: agreed.revision,
            [CLIENT_INFO_META_KEY]: info,
            [CLIENT_CAPABILITIES_META_KEY]: MODERN,
          }
        : undefined,
  });
  const enders: (() => void)[] = [];
  let over = false;
  let connected = false;
  const end = (): void => {
    if (over) return;
    over = true;
    exchange.end();
    for (const ender of enders) ender();
  };
  const client = new Client(info, {
    capabilities: MODERN,
    versionNegotiation: { mode: legacy ? 'legacy' : 'auto', probe: { timeoutMs: Math.min(probeMs, limitMs) } },
  });
  client.onerror = () => undefined; // what matters is told by the request that it concerns
  const transport = tapped(link.transport, exchange.take, end, (error) => {
    if (!connected || over || !link.isEndedBy(error)) return;
    end();
    void link.close();
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const trouble = new Trouble('unsent', `Upstream ${name} was not connected within ${limitMs / 1_000} s.`);
    timer = setTimeout(() => reject(trouble), limitMs);
  });
  try {
    await Promise.race([client.connect(transport, { timeout: limitMs }), late]);
  } catch (error) {
    await link.lastWords();
    const trouble = link.ended() ?? link.troubleOf(error);
    await link.close();
    // Whatever went wrong, no call was made.
    throw trouble.kind === 'denied' ? trouble : new Trouble('unsent', trouble.message, { cause: trouble });
  } finally {
    clearTimeout(timer);
  }
  connected = true;
  const revision = client.getNegotiatedProtocolVersion();
  agreed.revision = revision;
  const capabilities: Given = { ...client.getServerCapabilities() };
  const { name: title = name, version: theirs = '' } = client.getServerVersion() ?? {};
  const modern = isModern(revision);
  const closing = new AbortController();
  if (modern) void listen(client, capabilities, closing.signal, onChange);

  return {
    server: {
      name: head(title, NAME_MAX),
      version: head(theirs, NAME_MAX),
      ...(revision !== undefined && { protocol: revision }),
    },
    modern,
    capabilities,
    request: exchange.request,
    isOver: () => over,
    answers: (withinMs) =>
      exchange.request(modern ? 'server/discover' : 'ping', {}, { signal: closing.signal, idleMs: withinMs }).then(
        () => true,
        (error: unknown) => error instanceof Trouble && error.kind !== 'lost' && error.kind !== 'unsent',
      ),
    onEnd(listener) {
      if (over) listener();
      else enders.push(listener);
    },
    async close() {
      closing.abort();
      await link.close();
      end();
    },
  };
}

const isModern = (revision: string | undefined): boolean => revision !== undefined && revision >= MODERN_SINCE;

/** Hears of changes from a server of 2026-07-28, for as long as the connection lives. What changed in between counts as a change. */
async function listen(client: Client, capabilities: Given, signal: AbortSignal, onChange: () => void): Promise<void> {
  const filter = {
    ...(givenIn(capabilities, 'tools')['listChanged'] === true && { toolsListChanged: true }),
    ...(givenIn(capabilities, 'resources')['listChanged'] === true && { resourcesListChanged: true }),
    ...(givenIn(capabilities, 'prompts')['listChanged'] === true && { promptsListChanged: true }),
  };
  if (Object.keys(filter).length === 0) return;
  for (let pause = LISTEN_FIRST_MS; !signal.aborted; pause = Math.min(2 * pause, LISTEN_MOST_MS)) {
    try {
      const { closed } = await client.listen(filter, { signal });
      if (pause > LISTEN_FIRST_MS) onChange();
      pause = LISTEN_FIRST_MS;
      await closed;
    } catch {
      // it does not answer, or not yet again
    }
    await paused(pause, signal);
  }
}
