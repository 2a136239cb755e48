/**
 * The `mcpServers` that people have written for other clients, read unchanged: each becomes an upstream. What belongs to those clients
 * is passed over, and named where it would matter.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UPSTREAM_NAME } from '../workflows/upstream-contract';
import { fitted } from './file';
import type { Misfit } from './file';
import { UpstreamPart } from './upstreams';
import type { UpstreamSettings } from './upstreams';

const Text = z.union([z.string(), z.number(), z.boolean()], 'a text').transform(String);
/** Null stands for what is not set. */
const Texts = z
  .record(z.string(), Text.nullable())
  .transform((texts) => Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== null)));
const Names = z.array(z.string());

/** By the names that clients have for a transport, in lower case and without - and _. */
const TRANSPORTS = new Map<string, 'http' | 'sse' | undefined>([
  ['stdio', undefined],
  ['http', 'http'],
  ['streamable', 'http'],
  ['streamablehttp', 'http'],
  ['sse', 'sse'],
]);
const plainType = (type: string): string => type.toLowerCase().replaceAll(/[-_\s]/g, '');
const Type = z
  .string()
  .refine((type) => TRANSPORTS.has(plainType(type)), 'one of stdio, http, streamable-http and sse');

/** One server, by all names that clients have for its settings. */
export const McpServer = z
  .looseObject({
    type: Type.nullish(),
    transport: Type.nullish(),
    command: z.string().min(1).nullish(),
    args: z.array(Text).nullish(),
    env: Texts.nullish(),
    cwd: z.string().nullish(),
    url: z.string().min(1).nullish(),
    serverUrl: z.string().min(1).nullish(),
    httpUrl: z.string().min(1).nullish(),
    headers: Texts.nullish(),
    disabled: z.boolean().nullish(),
    enabled: z.boolean().nullish(),
    includeTools: Names.nullish(),
    enabledTools: Names.nullish(),
    excludeTools: Names.nullish(),
    disabledTools: Names.nullish(),
  })
  .superRefine((server, context) => {
    const type = server.type ?? server.transport;
    if (type == null || !TRANSPORTS.has(plainType(type))) return;
    const wants = TRANSPORTS.get(plainType(type)) === undefined ? 'command' : 'url';
    const has = wants === 'command' ? server.command : urlOf(server);
    if (has == null) context.addIssue({ code: 'custom', message: `type ${type} wants ${wants}` });
  });
type McpServer = z.output<typeof McpServer>;

export const McpServersPart = z.record(z.string(), z.unknown());

/** Settings of other clients that would matter, and what there is in their place. */
const INSTEAD: Readonly<Record<string, string>> = {
  envFile: 'Files of variables are not read here: set them where workers are started, and name them in env as ${NAME}.',
  alwaysAllow: 'Calls run without a question unless the tool has approval: required under upstreams.',
  autoApprove: 'Calls run without a question unless the tool has approval: required under upstreams.',
  trust: 'Calls run without a question unless the tool has approval: required under upstreams.',
  headersHelper: 'Programs that make headers are not run: name a variable in headers, ${NAME}.',
  auth: 'Nobody logs in by a browser here: give a header, or oauth with client credentials under upstreams.',
  oauth: 'Nobody logs in by a browser here: give a header, or oauth with client credentials under upstreams.',
  authProviderType:
    'Nobody logs in by a browser here: give a header, or oauth with client credentials under upstreams.',
  timeout: 'A call takes as long as it has to, and answers with a handle in time: policy under upstreams sets limits.',
  sandbox: 'Programs run with the rights of the worker: give the worker no more than they may have.',
  sandboxEnabled: 'Programs run with the rights of the worker: give the worker no more than they may have.',
};

/** A server as an upstream. */
export interface FromServer {
  /** The configuration's key that its name becomes. */
  readonly name: string;
  /** Its name in the file. */
  readonly server: string;
  readonly settings: UpstreamSettings;
}

/** What the servers of a file come to. */
export interface FromServers {
  readonly upstreams: readonly FromServer[];
  /** By the path in `mcpServers`. */
  readonly misfits: readonly Misfit[];
  /** What was passed over although it would matter, a sentence each. */
  readonly doubts: readonly string[];
}

/**
 * The servers of a whole file: of `mcpServers`, of VS Code's `servers`, or the map itself.
 *
 * @returns the map, and the path that leads to it
 */
export function serversIn(file: unknown): { readonly servers: unknown; readonly path: readonly string[] } {
  const { data } = Root.safeParse(file);
  if (data?.mcpServers !== undefined) return { servers: data.mcpServers, path: ['mcpServers'] };
  if (data?.servers !== undefined && !isServer(data.servers)) return { servers: data.servers, path: ['servers'] };
  const named = data && Object.fromEntries(Object.entries(data).filter(([name]) => !name.startsWith('$')));
  return { servers: named ?? file, path: [] };
}

const Root = z.looseObject({ mcpServers: z.unknown().optional(), servers: z.unknown().optional() });
const isServer = (value: unknown): boolean =>
  z.union([z.looseObject({ command: z.string() }), z.looseObject({ url: z.string() })]).safeParse(value).success;

const urlOf = ({ url, serverUrl, httpUrl }: Pick<McpServer, 'url' | 'serverUrl' | 'httpUrl'>) =>
  url ?? serverUrl ?? httpUrl;

/** Makes upstreams of servers. */
export function upstreamsOf(servers: unknown): FromServers {
  const map = fitted(McpServersPart, servers ?? {});
  if (!map.fits)
    return {
      upstreams: [],
      misfits: [misfit([], 'no map of servers: it wants mcpServers, with a member for each')],
      doubts: [],
    };
  const each = Object.entries(map.data).map(([server, value]) => fromServer(server, value));
  const upstreams = each.flatMap((one) => one.upstreams);
  return {
    upstreams,
    misfits: [...each.flatMap((one) => one.misfits), ...sameNames(upstreams)],
    doubts: each.flatMap((one) => one.doubts),
  };
}

/** The key of an upstream that a server's name becomes: the same one each time, whichever other servers there are. */
export function keyOf(server: string): string {
  if (UPSTREAM_NAME.test(server)) return server;
  const key = server
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^[-_]+|[-_]+$/g, '')
    .slice(0, 32);
  return key === '' ? `server-${createHash('sha256').update(server).digest('hex').slice(0, 8)}` : key;
}

function fromServer(server: string, value: unknown): FromServers {
  const read = fitted(McpServer, value);
  if (!read.fits) return { upstreams: [], misfits: read.misfits.map(inside(server)), doubts: [] };
  const settings = fitted(UpstreamPart, settingsOf(read.data));
  if (!settings.fits) return { upstreams: [], misfits: settings.misfits.map(inside(server)), doubts: [] };
  const doubts = Object.keys(read.data).flatMap((name) =>
    INSTEAD[name] === undefined ? [] : [`${name} of the MCP server ${server} is passed over. ${INSTEAD[name]}`],
  );
  return { upstreams: [{ name: keyOf(server), server, settings: settings.data }], misfits: [], doubts };
}

/** The settings of an upstream, still to be checked. */
function settingsOf(server: McpServer): Readonly<Record<string, unknown>> {
  const { command, args, env, cwd, headers } = server;
  const url = urlOf(server);
  const type = server.type ?? server.transport;
  const transport = type == null ? undefined : TRANSPORTS.get(plainType(type));
  const allow = server.includeTools ?? server.enabledTools;
  const deny = server.excludeTools ?? server.disabledTools;
  return defined({
    disabled: server.disabled === true || server.enabled === false,
    allow,
    deny,
    ...(command != null && { command, args, env, cwd }),
    ...(url != null && { url, transport, headers }),
  });
}

const defined = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value != null));

function sameNames(upstreams: readonly FromServer[]): Misfit[] {
  return upstreams.flatMap(({ name, server }, at) => {
    const first = upstreams.findIndex((other) => other.name === name);
    const other = upstreams[first];
    return other && first < at
      ? [misfit([server], `both ${other.server} and ${server} would be called ${name}: rename one of them`)]
      : [];
  });
}

const misfit = (setting: readonly string[], message: string): Misfit => ({ setting, at: setting, message });

const inside =
  (server: string) =>
  ({ setting, at, message }: Misfit): Misfit => ({ setting: [server, ...setting], at: [server, ...at], message });
