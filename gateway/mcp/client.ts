/** Reads the facts about a client: from the envelope of its request (2026-07-28), or from its session (2025 revisions). */
import { CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY } from '@modelcontextprotocol/server';
import type { ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { TASKS_EXTENSION } from '../call/client';
import type { ClientFacts } from '../call/client';
import { abilitiesIn } from '../words/question';
import type { Session } from './session';

const Capabilities = z.looseObject({ extensions: z.record(z.string(), z.unknown()).optional() }).catch({});
const Info = z.looseObject({ name: z.string().optional() }).catch({});

/** The client that an envelope tells of. */
export function modernClient(envelope: Readonly<Record<string, unknown>> = {}): ClientFacts {
  const capabilities = envelope[CLIENT_CAPABILITIES_META_KEY] ?? {};
  return {
    era: 'modern',
    name: Info.parse(envelope[CLIENT_INFO_META_KEY] ?? {}).name,
    tasks: Capabilities.parse(capabilities).extensions?.[TASKS_EXTENSION] !== undefined,
    can: new Set(abilitiesIn(capabilities)),
  };
}

/** The client of a request of either era. */
export function clientOf(
  era: ClientFacts['era'],
  { mcpReq }: ServerContext,
  session: Session | undefined,
): ClientFacts {
  if (era === 'modern') return modernClient(mcpReq.envelope);
  return { era, name: session?.client, tasks: false, can: new Set(session?.can) };
}
