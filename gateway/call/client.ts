/** What is known of the client that sends a request: from its envelope (2026-07-28), or from its session (2025 revisions). */
import { CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY } from '@modelcontextprotocol/server';
import type { ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Ability } from '../words/question';
import type { Session } from '../mcp/session';

/** Name of the tasks extension of 2026-07-28. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

export interface ClientFacts {
  readonly era: 'modern' | 'legacy';
  readonly name: string | undefined;
  /** Declared the tasks extension, on this very request. */
  readonly tasks: boolean;
  /** Which questions it can take. */
  readonly can: ReadonlySet<Ability>;
}

const Capabilities = z
  .looseObject({
    extensions: z.record(z.string(), z.unknown()).optional(),
    elicitation: z.looseObject({ form: z.unknown().optional(), url: z.unknown().optional() }).optional(),
    sampling: z.looseObject({}).optional(),
    roots: z.looseObject({}).optional(),
  })
  .catch({});

/** What declared capabilities let a client take. An empty `elicitation` means forms; one that names only `url` does not. */
export function abilitiesIn(capabilities: unknown): Ability[] {
  const { elicitation, sampling, roots } = Capabilities.parse(capabilities);
  const forms = elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
  return [
    ...(forms ? (['elicitation'] as const) : []),
    ...(sampling ? (['sampling'] as const) : []),
    ...(roots ? (['roots'] as const) : []),
  ];
}

const Info = z.looseObject({ name: z.string().optional() }).catch({});

/** Reads the envelope of a 2026-07-28 request, or any object that stands for it. */
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
