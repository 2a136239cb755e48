/**
 * What a 2025 client said of itself in `initialize`, carried by the client in `Mcp-Session-Id`: no replica has to remember it.
 * A session id that is not ours, or stale, or someone else's, says nothing, and is no error: connectors wedge on a 404.
 */
import { randomUUID } from 'node:crypto';
import { LATEST_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Caller } from '../../workflows/contract';
import { excerpt } from '../../workflows/excerpt';
import { abilitiesIn } from '../words/question';
import type { Ids } from '../ids';
import { isRecord } from '../json';
import type { Seals } from '../seal';

const Session = z.object({
  /** Random: tells the request ids of one session from those of another. */
  id: z.string(),
  version: z.string(),
  client: z.string().optional(),
  can: z.array(z.enum(['elicitation', 'sampling', 'roots'])),
  owner: z.string(),
});

export type Session = z.output<typeof Session>;

/** What `initialize` must bring (2025 revisions, lifecycle). */
const Initialize = z.object({
  method: z.literal('initialize'),
  params: z.looseObject({
    protocolVersion: z.string(),
    capabilities: z.looseObject({}),
    clientInfo: z.looseObject({ name: z.string(), version: z.string() }),
  }),
});

/** Longest client name that is carried. */
const NAME_MAX = 64;

/** The first revision with elicitation. */
const ELICITATION = '2025-06-18';

/** The revision that `initialize` ends with: the one asked for, or the newest of its era where nobody knows that. */
export function negotiated(asked: string): string {
  return SUPPORTED_PROTOCOL_VERSIONS.includes(asked) ? asked : LATEST_PROTOCOL_VERSION;
}

export interface Sessions {
  /** The session id for the answer to `initialize`; undefined for any other body. */
  begin(body: unknown, caller: Caller): string | undefined;
  /** What the `Mcp-Session-Id` header says; undefined without one, and for one that is not ours or not this caller's. */
  read(header: string | undefined, caller: Caller): Session | undefined;
}

export function createSessions({ seal, open }: Seals, { subjectTag, tagsOf }: Ids): Sessions {
  return {
    begin(body, caller) {
      if (!isRecord(body) || body['method'] !== 'initialize') return undefined; // as nearly all are
      const { success, data } = Initialize.safeParse(body);
      if (!success) return undefined;
      const { protocolVersion, capabilities, clientInfo } = data.params;
      const version = negotiated(protocolVersion);
      const session: Session = {
        id: randomUUID(),
        version,
        client: excerpt(clientInfo.name, NAME_MAX),
        can: abilitiesIn(capabilities).filter((ability) => ability !== 'elicitation' || version >= ELICITATION),
        owner: subjectTag(caller),
      };
      return seal('session', session);
    },

    read(header, caller) {
      const session = header === undefined ? undefined : open('session', header, Session);
      return session && tagsOf(caller).includes(session.owner) ? session : undefined;
    },
  };
}
