/** What is known of the client that sends a request: from its envelope (2026-07-28), or from its session (2025 revisions). */
import { CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY } from '@modelcontextprotocol/server';
import type { ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Session } from './session';

/** Name of the tasks extension of 2026-07-28. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

export interface ClientFacts {
  readonly era: 'modern' | 'legacy';
  readonly name: string | undefined;
  /** Declared the tasks extension, on this very request. */
  readonly tasks: boolean;
  /** Can put a form before a person. */
  readonly elicitation: boolean;
  /** Comes back by itself with the same call when it is answered `input_required`. */
  readonly rounds: boolean;
}

const Capabilities = z
  .looseObject({
    extensions: z.record(z.string(), z.unknown()).optional(),
    elicitation: z.looseObject({ form: z.unknown().optional(), url: z.unknown().optional() }).optional(),
  })
  .catch({});
const Info = z.looseObject({ name: z.string().optional() }).catch({});

/** Reads the envelope of a 2026-07-28 request, or any object that stands for it. */
export function modernClient(envelope: Readonly<Record<string, unknown>> = {}): ClientFacts {
  const { extensions, elicitation: declared } = Capabilities.parse(envelope[CLIENT_CAPABILITIES_META_KEY] ?? {});
  // An empty object means forms, too; only one that names nothing but `url` excludes them.
  const elicitation = declared !== undefined && (declared.form !== undefined || declared.url === undefined);
  return {
    era: 'modern',
    name: Info.parse(envelope[CLIENT_INFO_META_KEY] ?? {}).name,
    tasks: extensions?.[TASKS_EXTENSION] !== undefined,
    elicitation,
    // Who can be asked in rounds can be kept waiting in rounds.
    rounds: elicitation,
  };
}

/** The client of a request of either era. */
export function clientOf(
  era: ClientFacts['era'],
  { mcpReq }: ServerContext,
  session: Session | undefined,
): ClientFacts {
  if (era === 'modern') return modernClient(mcpReq.envelope);
  return { era, name: session?.client, tasks: false, elicitation: session?.elicitation === true, rounds: false };
}
