/** One parsed request, as what serves it knows it. */
import type { IncomingMessage } from 'node:http';
import { isInitializeRequest } from '@modelcontextprotocol/server';
import type { Caller } from '../../workflows/contract';
import { ALL_ALLOWED } from '../allowed';
import type { Allowed } from '../allowed';
import type { Problem } from '../errors';
import type { Visitor } from '../http/front';
import { isRecord } from '../json';
import type { Visit } from '../visit';
import { negotiated } from './session';
import type { Session, Sessions } from './session';

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
  /** What a 2025 client said of itself at its beginning. */
  readonly session: Session | undefined;
  /** The revision that is spoken, or in `initialize` asked for. */
  readonly version: string | undefined;
  /** Patience of the caller's API key, milliseconds. */
  readonly grantedMs: number | undefined;
  /** Fires when the caller's key counts no longer; undefined where callers need none. */
  readonly over: AbortSignal | undefined;
  /** To be called when it is known whether a call is durable, and why a request has no answer now: the HTTP status can still say no. */
  readonly decide: (problem?: Problem) => void;
}

/** A request, and what is decided about it: why it has no answer now, or undefined once it is sure to have one. */
export interface Opened {
  readonly exchange: Exchange;
  readonly decided: Promise<Problem | undefined>;
}

export type BeginExchange = (request: IncomingMessage, body: unknown, visitor: Visitor) => Opened;

export function createBeginExchange(sessions: Pick<Sessions, 'read'>): BeginExchange {
  return ({ headers }, body, { caller, allowed = ALL_ALLOWED, patienceMs, over, visit }) => {
    const header = (name: string): string | undefined => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    let decide: Exchange['decide'] = () => undefined;
    const decided = new Promise<Problem | undefined>((resolve) => (decide = resolve));
    /** In a batch the other calls may have been accepted. */
    const alone = !Array.isArray(body);
    const session = sessions.read(header('mcp-session-id'), caller);
    const exchange = {
      visit,
      caller,
      allowed,
      alone,
      method: alone ? (methodOf(body) ?? '') : undefined,
      header,
      session,
      version: versionAsked(body) ?? header('mcp-protocol-version') ?? session?.version,
      grantedMs: patienceMs,
      over,
      decide,
    };
    return { exchange, decided };
  };
}

export function methodOf(body: unknown): string | undefined {
  const method = isRecord(body) ? body['method'] : undefined;
  return typeof method === 'string' ? method : undefined;
}

/** The revision that an `initialize` asks for, as it is granted. */
function versionAsked(body: unknown): string | undefined {
  if (methodOf(body) !== 'initialize' || !isInitializeRequest(body)) return undefined;
  return negotiated(body.params.protocolVersion);
}
