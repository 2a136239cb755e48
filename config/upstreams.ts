/**
 * The `upstreams`, `mcpServers` and `openapi` parts of holdfast.yaml: what exists without us and becomes durable here. The gateway reads
 * names, filters and policies; only workers read how to connect, and expand `${NAME}`.
 */
import { z } from 'zod';
import { QUEUE_NAME } from '../workflows/contract';
import { UPSTREAM_NAME } from '../workflows/upstream-contract';

const DurationText = z
  .string()
  .regex(/^\d+(\.\d+)? ?(ms|s|seconds?|minutes?|hours?|days?)$/, 'a time such as 90 s or 10 minutes');

/** Limits of the jobs of a tool, in words; docs/authoring.md says what each means. What is absent follows the annotations. */
export const PolicySettings = z.strictObject({
  /** Working time of a call in all. */
  budget: DurationText.optional(),
  /** Longest time of one attempt. */
  step_timeout: DurationText.optional(),
  /** How long a call waits before it answers with a handle. */
  wait: DurationText.optional(),
  ttl: DurationText.optional(),
  ask: DurationText.optional(),
  /** More than 1 says that the call may be repeated without harm. */
  attempts: z.int().min(1).max(100).optional(),
  approval: z.enum(['required', 'none']).optional(),
  priority: z.enum(['batch', 'normal']).optional(),
});

/** What an operator says of the tools that a pattern names. */
export const ToolSettings = PolicySettings.extend({
  /** Another name for callers, in full: it gets no prefix. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 of A-Z, a-z, 0-9, _ and -')
    .optional(),
  title: z.string().optional(),
  description: z.string().optional(),
});

/** Names of tools, with * for any characters. */
const Patterns = z.array(z.string().min(1));

/** What all upstreams have, however they are reached. */
const Common = {
  disabled: z.boolean().default(false),
  /** In front of its tools' names; absent: its key and `_`. */
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,32}$/)
    .optional(),
  /** Which of its tools are offered: those of `allow`, without those of `deny`. */
  allow: Patterns.default(['*']),
  deny: Patterns.default([]),
  /** Limits of all its tools, and of those that a pattern names; a later pattern wins. */
  policy: PolicySettings.prefault({}),
  tools: z.record(z.string(), ToolSettings).default({}),
  /** Whether a definition that changes counts at once, or when an operator has seen the difference (`holdfast upstreams accept`). */
  on_change: z.enum(['report', 'hold']).default('report'),
  /** Queue of worker.queues on which its calls run: the workers that poll it hold its connections. */
  queue: z.string().regex(QUEUE_NAME, '1 to 32 of a-z, 0-9 and -').optional(),
  limits: z
    .strictObject({
      /** One message, bytes. */
      max_bytes: z.int().min(10_000).max(64_000_000).default(4_000_000),
      max_tools: z.int().min(1).max(5_000).default(500),
      /** One definition, bytes of JSON. */
      max_definition: z.int().min(1_000).max(1_000_000).default(100_000),
      /** Until it is connected: a first start may install something. */
      connect: DurationText.default('60 s'),
      /** Without any answer or progress; absent: as long as the step may take. */
      idle: DurationText.optional(),
      /** Calls at one time in one worker. */
      concurrency: z.int().min(1).max(1_000).default(50),
    })
    .prefault({}),
};

/** How sessions are shared: by everyone, by the calls of one caller, or not at all. */
const session = z.enum(['shared', 'caller', 'call']).default('shared');

/** OAuth client credentials, for servers that want a token of the gateway's own. */
const OAuth = z.strictObject({
  client_id: z.string(),
  client_secret: z.string(),
  scope: z.string().optional(),
  /** Where tokens are had; absent: what the server's metadata says. */
  token_url: z.string().min(1).optional(),
});

export const HttpUpstream = z.strictObject({
  ...Common,
  url: z.string().min(1),
  /** `sse`: the transport of 2024-11-05; absent: streamable HTTP, and the old one where that is refused. */
  transport: z.enum(['http', 'sse']).optional(),
  headers: z.record(z.string(), z.string()).default({}),
  oauth: OAuth.optional(),
  session,
});

export const StdioUpstream = z.strictObject({
  ...Common,
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  /** All that the process gets besides PATH, HOME and the like. */
  env: z.record(z.string(), z.string()).default({}),
  cwd: z.string().optional(),
  session,
});

export const OpenApiUpstream = z.strictObject({
  ...Common,
  /** File or URL of the document, as workers reach it. */
  openapi: z.string().min(1),
  /** In place of the document's servers. */
  base_url: z.string().optional(),
  /** By security scheme: its value, `user:password` for basic. */
  auth: z.record(z.string(), z.string()).default({}),
  headers: z.record(z.string(), z.string()).default({}),
  /** Header that makes a repeated request harmless, such as Idempotency-Key. */
  idempotency_header: z.string().optional(),
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
