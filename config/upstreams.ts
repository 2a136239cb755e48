/**
 * The `upstreams`, `mcpServers` and `openapi` parts of holdfast.yaml: what exists without us and becomes durable here. The gateway reads
 * names, filters and policies; only workers read how to connect, and expand `${NAME}`.
 */
import { z } from 'zod';
import { QUEUE_NAME } from '../workflows/contract';
import type { Duration } from '../workflows/define-tool';
import { UPSTREAM_NAME } from '../workflows/upstream-contract';

const DurationText = z
  .string()
  .regex(
    /^\d+(\.\d+)? ?(ms|s|seconds?|minutes?|hours?|days?)$/,
    'a time such as 90 s or 10 minutes',
  ) as z.ZodType<Duration>;

/** Limits of the jobs of a tool, in words; docs/upstreams.md says what each means. What is absent follows the annotations. */
export const PolicySettings = z.strictObject({
  budget: DurationText.optional().describe('Working time of a call in all.'),
  step_timeout: DurationText.optional().describe('Longest time of one attempt.'),
  wait: DurationText.optional().describe('How long a call waits before it answers with a handle.'),
  ttl: DurationText.optional().describe('How long the result can be read.'),
  ask: DurationText.optional().describe('How long a question waits for its answer.'),
  attempts: z.int().min(1).max(100).optional().describe('More than 1 says that the call may be repeated without harm.'),
  approval: z
    .enum(['required', 'none'])
    .optional()
    .describe('Whether a person allows each call, with exactly these arguments, before it is made.'),
  priority: z.enum(['batch', 'normal']).optional().describe('`batch` gives way where workers are short.'),
});

/** What an operator says of the tools that a pattern names. */
const ToolSettings = PolicySettings.extend({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 of A-Z, a-z, 0-9, _ and -')
    .optional()
    .describe('Another name for callers, in full: it gets no prefix.'),
  title: z.string().optional().describe('In place of its own.'),
  description: z.string().optional().describe('In place of its own: what the model reads.'),
});

/** Names of tools, with * for any characters. */
const Patterns = z.array(z.string().min(1));

/** What all upstreams have, however they are reached. */
const Common = {
  disabled: z.boolean().default(false).describe('Neither reached nor offered.'),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,32}$/, 'at most 32 of A-Z, a-z, 0-9, _ and -')
    .optional()
    .describe("In front of its tools' names; absent: its key and `_`."),
  allow: Patterns.default(['*']).describe('Which of its tools are offered: those of `allow`, without those of `deny`.'),
  deny: Patterns.default([]).describe('Those that are not offered, whatever `allow` says.'),
  policy: PolicySettings.prefault({}).describe(
    'Limits of all its tools. What is absent follows the annotations of each.',
  ),
  tools: z
    .record(z.string(), ToolSettings)
    .default({})
    .describe(
      'Limits and words of the tools that a pattern names; of several that fit, each setting comes from the last one.',
    ),
  on_change: z
    .enum(['report', 'hold'])
    .default('report')
    .describe(
      'Whether a definition that changes counts at once, or when an operator has seen the difference (`holdfast upstreams accept`).',
    ),
  queue: z
    .string()
    .regex(QUEUE_NAME, '1 to 32 of a-z, 0-9 and -')
    .optional()
    .describe('Queue of worker.queues on which its calls run: the workers that poll it hold its connections.'),
  limits: z
    .strictObject({
      max_bytes: z.int().min(10_000).max(64_000_000).default(4_000_000).describe('One message, bytes.'),
      max_tools: z.int().min(1).max(5_000).default(500).describe('Tools that are taken from one listing.'),
      max_definition: z.int().min(1_000).max(1_000_000).default(100_000).describe('One definition, bytes of JSON.'),
      connect: DurationText.default('60 s').describe('Until it is connected: a first start may install something.'),
      idle: DurationText.optional().describe('Without any answer or progress; absent: as long as the step may take.'),
      concurrency: z.int().min(1).max(1_000).default(50).describe('Calls at one time in one worker.'),
    })
    .prefault({}),
};

const session = z
  .enum(['shared', 'caller', 'call'])
  .default('shared')
  .describe('Whose calls share a session: those of everyone, or of one caller; `call`: none.');

/** OAuth client credentials, for servers that want a token of the gateway's own. */
const OAuth = z.strictObject({
  client_id: z.string(),
  client_secret: z.string(),
  scope: z.string().optional(),
  token_url: z
    .string()
    .min(1)
    .optional()
    .describe('Where tokens are had; absent: what the metadata of `issuer` says. One of them is needed.'),
  issuer: z
    .string()
    .min(1)
    .optional()
    .describe('The authorization server, as it names itself: the secret is sent to no other.'),
});

export const HttpUpstream = z.strictObject({
  ...Common,
  url: z.string().min(1).describe('Address of the MCP endpoint.'),
  transport: z
    .enum(['http', 'sse'])
    .optional()
    .describe('`sse`: the transport of 2024-11-05; absent: streamable HTTP, and the old one where that is refused.'),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Sent with each request. Secrets by reference: ${NAME}.'),
  oauth: OAuth.optional().describe('Client credentials, for a token of its own.'),
  session,
});

export const StdioUpstream = z.strictObject({
  ...Common,
  command: z.string().min(1).describe('The program; it speaks MCP on stdin and stdout.'),
  args: z.array(z.string()).default([]),
  env: z
    .record(z.string(), z.string())
    .default({})
    .describe('All that the process gets besides PATH, HOME and the like.'),
  cwd: z.string().optional(),
  session,
});

export const OpenApiUpstream = z.strictObject({
  ...Common,
  openapi: z.string().min(1).describe('File or URL of the document, as workers reach it.'),
  base_url: z.string().optional().describe("In place of the document's servers."),
  auth: z
    .record(z.string(), z.string())
    .default({})
    .describe('By security scheme: its value, `user:password` for basic.'),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Sent with each request. Secrets by reference: ${NAME}.'),
  idempotency_header: z
    .string()
    .optional()
    .describe('Header that makes a repeated request harmless, such as Idempotency-Key.'),
});

/** By the member that tells an upstream's kind. */
export const KINDS = { command: StdioUpstream, url: HttpUpstream, openapi: OpenApiUpstream } as const;
type Kind = keyof typeof KINDS;

export type UpstreamSettings = z.output<(typeof KINDS)[Kind]>;

/** One upstream, checked as the kind that it is by what it has: `command`, `url` or `openapi`. */
export const UpstreamPart = z.unknown().transform((value, context): UpstreamSettings => {
  const refuse = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(`not the settings of an upstream: it wants ${HAS}`);
  const [kind, ...others] = kindsIn(value);
  if (kind === undefined) return refuse(`it does not say how it is reached: it wants ${HAS}`);
  if (others.length > 0)
    return refuse(`it has ${[kind, ...others].join(' and ')}, and can be reached in one way only: ${HAS}`);
  const result = KINDS[kind].safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) context.addIssue({ ...issue });
  return z.NEVER;
});

const HAS = 'command (a program to start), url (an MCP server) or openapi (the document of an HTTP API)';

const kindsIn = (value: object): Kind[] =>
  (Object.keys(KINDS) as Kind[]).filter((kind) => (value as Partial<Record<Kind, unknown>>)[kind] != null);

export const UpstreamsPart = z.record(z.string().regex(UPSTREAM_NAME, '1 to 32 of a-z, 0-9, _ and -'), UpstreamPart);
export type Upstreams = z.output<typeof UpstreamsPart>;

/** What an upstream is. */
export function kindOf(settings: UpstreamSettings): 'stdio' | 'http' | 'openapi' {
  if ('command' in settings) return 'stdio';
  return 'url' in settings ? 'http' : 'openapi';
}

/** Those that are not disabled. */
export const enabledIn = (upstreams: Upstreams): Upstreams =>
  Object.fromEntries(Object.entries(upstreams).filter(([, { disabled }]) => !disabled));
