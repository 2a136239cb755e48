/** Reads the facts about a client: from the envelope of its request (2026-07-28), or from its session (2025 revisions). */
import { CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY } from '@modelcontextprotocol/server';
import { TASKS_EXTENSION } from '../call/client';
import type { ClientFacts } from '../call/client';
import { recordIn } from '../json';
import { abilitiesIn } from '../words/question';
import type { Context } from './methods';
import type { Session } from './session';

/** The client that an envelope tells of. What it declares in another form than MCP's it has not declared. */
export function modernClient(envelope: Readonly<Record<string, unknown>> = {}): ClientFacts {
  const { name } = recordIn(envelope, CLIENT_INFO_META_KEY);
  const capabilities = recordIn(envelope, CLIENT_CAPABILITIES_META_KEY);
  return {
    era: 'modern',
    name: typeof name === 'string' ? name : undefined,
    tasks: recordIn(capabilities, 'extensions')[TASKS_EXTENSION] !== undefined,
    can: new Set(abilitiesIn(capabilities)),
  };
}

/** The client of a request of either era. */
export function clientOf(era: ClientFacts['era'], { mcpReq }: Context, session: Session | undefined): ClientFacts {
  if (era === 'modern') return modernClient(mcpReq.envelope);
  return { era, name: session?.client, tasks: false, can: new Set(session?.can) };
}
