/** Everything that a server offers, page by page, as it came. */
import type { Given } from '../../../workflows/upstream-contract';
import { LISTING_MAX } from '../../../workflows/upstream-contract';
import { givenIn, isGiven, listIn } from '../given';
import type { Offer } from '../upstream';
import type { Connection } from './connection';
import { Trouble } from './trouble';

/** Pages of one list. */
const PAGES_MAX = 1_000;
/** Resources, templates and prompts, of each. */
const OTHERS_MAX = 1_000;
/** Room in a listing for what goes with what is listed, bytes. */
const ROOM = 20_000;
/** What an entry has in it beside itself and its name, bytes: a digest, and what these are called. */
const ENTRY_BYTES = 120;
/** What an upstream's own names may have, characters: more would be no name. */
const NAME_MAX = 256;

const METHOD_NOT_FOUND = -32601;

/** The lists of MCP: by what the server declares, and what identifies an entry. */
const KINDS = {
  tools: { method: 'tools/list', capability: 'tools', key: 'name' },
  resources: { method: 'resources/list', capability: 'resources', key: 'uri' },
  resourceTemplates: { method: 'resources/templates/list', capability: 'resources', key: 'uriTemplate' },
  prompts: { method: 'prompts/list', capability: 'prompts', key: 'name' },
} as const;
type Kind = keyof typeof KINDS;

export interface ListLimits {
  readonly maxTools: number;
  /** Whether a tool is one of those that are offered: where there is no room for all, these go first. Absent: all are. */
  readonly isOffered?: (tool: string) => boolean;
  /** The most that one definition may have, bytes of JSON. */
  readonly maxDefinition: number;
  /** How long a page may take, milliseconds. */
  readonly pageMs: number;
}

interface Listed {
  readonly entries: readonly Given[];
  readonly left: readonly string[];
  readonly ttlMs?: number | undefined;
}

/** @throws Trouble where its tools cannot be listed. What else cannot be is said in `left` */
export async function listAll(connection: Connection, limits: ListLimits, signal: AbortSignal): Promise<Offer> {
  const tools = await listTools(connection, limits, signal);
  const others = async (kind: Kind): Promise<Listed> => {
    if (!isGiven(connection.capabilities[KINDS[kind].capability])) return { entries: [], left: [] };
    return listKind(connection, kind, { ...limits, maxTools: OTHERS_MAX }, signal).catch((error: unknown) => {
      if (!(error instanceof Trouble) || error.kind !== 'error') throw error;
      return { entries: [], left: [`Its ${wordsOf(kind)} could not be listed: it answered with an error.`] };
    });
  };
  const resources = await others('resources');
  const resourceTemplates = await others('resourceTemplates');
  const prompts = await others('prompts');
  const ttls = [tools, resources, resourceTemplates, prompts].flatMap(({ ttlMs }) => ttlMs ?? []);
  return {
    ...fitted({ tools: offeredFirst(tools, limits), resources, resourceTemplates, prompts }),
    server: connection.server,
    ...(ttls.length > 0 && { ttlMs: Math.min(...ttls) }),
  };
}

/** The tools alone. */
export const listTools = (connection: Connection, limits: ListLimits, signal: AbortSignal): Promise<Listed> =>
  listKind(connection, 'tools', limits, signal);

async function listKind(
  connection: Connection,
  kind: Kind,
  { maxTools, maxDefinition, pageMs }: ListLimits,
  signal: AbortSignal,
): Promise<Listed> {
  const { method, key } = KINDS[kind];
  const words = wordsOf(kind);
  const entries: Given[] = [];
  const left: string[] = [];
  const names = new Set<string>();
  const cursors = new Set<string>();
  let ttlMs: number | undefined;
  let cursor: string | undefined;
  for (let page = 0; ; page += 1) {
    const result = await pageOf(connection, method, cursor, pageMs, signal);
    if (typeof result['ttlMs'] === 'number') ttlMs = Math.min(ttlMs ?? Infinity, result['ttlMs']);
    for (const entry of listIn(result, kind)) {
      const name = isGiven(entry) ? entry[key] : undefined;
      const why = typeof name === 'string' ? refusedFor(name, entry, names, maxDefinition) : 'has no name';
      if (why !== undefined) {
        if (left.length < 20) left.push(`Of its ${words}, ${shown(name)} ${why}.`);
      } else if (entries.length >= maxTools) {
        const setting = kind === 'tools' ? ' (limits.max_tools)' : '';
        left.push(`It offers more than ${maxTools} ${words}${setting}: those after them are left out.`);
        return { entries, left, ttlMs };
      } else if (isGiven(entry)) {
        names.add(String(name));
        entries.push(entry);
      }
    }
    const next = result['nextCursor'];
    if (typeof next !== 'string') return { entries, left, ttlMs };
    if (cursors.has(next) || page >= PAGES_MAX) {
      left.push(`Its list of ${words} does not end: what came before it repeated itself was taken.`);
      return { entries, left, ttlMs };
    }
    cursors.add(next);
    cursor = next;
  }
}

async function pageOf(
  connection: Connection,
  method: string,
  cursor: string | undefined,
  idleMs: number,
  signal: AbortSignal,
): Promise<Given> {
  try {
    return await connection.request(method, cursor === undefined ? {} : { cursor }, { signal, idleMs });
  } catch (error) {
    if (error instanceof Trouble && error.answer?.code === METHOD_NOT_FOUND) return {};
    throw error;
  }
}

function refusedFor(name: string, entry: unknown, names: Set<string>, most: number): string | undefined {
  if (name === '') return 'has no name';
  if (names.has(name)) return 'comes twice: the first is taken';
  if (name.length > NAME_MAX && !name.includes(':')) return `has a name of more than ${NAME_MAX} characters`;
  const bytes = Buffer.byteLength(JSON.stringify(entry));
  return bytes > most ? `has a definition of ${bytes} bytes; ${most} are allowed (limits.max_definition)` : undefined;
}

const shown = (name: unknown): string =>
  typeof name === 'string' && name !== '' ? name.replace(/[^\w.:/-]/g, '?').slice(0, 80) : 'one';

/** What fits into a listing: tools go first. */
function fitted(lists: Record<Kind, Listed>): Pick<Offer, Kind | 'left'> {
  let bytes = LISTING_MAX - ROOM;
  const left = Object.values(lists).flatMap((listed) => listed.left);
  const fit = (kind: Kind): Given[] => {
    const { entries } = lists[kind];
    const taken = entries.filter((entry) => (bytes -= sizeOf(entry)) >= 0);
    const hint = kind === 'tools' ? ' Those that allow and deny leave go first.' : '';
    if (taken.length < entries.length)
      left.push(
        `${entries.length - taken.length} of its ${wordsOf(kind)} do not fit into a listing of ${LISTING_MAX} bytes.${hint}`,
      );
    return taken;
  };
  const tools = fit('tools');
  const prompts = fit('prompts');
  const resourceTemplates = fit('resourceTemplates');
  return { tools, prompts, resourceTemplates, resources: fit('resources'), left };
}

/** What an entry takes in a listing, where its name stands a second time. */
const sizeOf = (entry: Given): number =>
  Buffer.byteLength(JSON.stringify(entry)) + Buffer.byteLength(JSON.stringify(entry['name'] ?? '')) + ENTRY_BYTES;

function offeredFirst(listed: Listed, { isOffered = () => true }: ListLimits): Listed {
  const offered = listed.entries.filter(({ name }) => isOffered(String(name)));
  return { ...listed, entries: [...offered, ...listed.entries.filter((entry) => !offered.includes(entry))] };
}

const wordsOf = (kind: Kind): string => (kind === 'resourceTemplates' ? 'resource templates' : kind);

/** Whether the server takes this tool's calls as tasks of 2025-11-25. */
export function takesTasks({ capabilities, modern }: Connection, definition: Given): boolean {
  const { call } = givenIn(givenIn(givenIn(capabilities, 'tasks'), 'requests'), 'tools');
  const support = givenIn(definition, 'execution')['taskSupport'];
  return !modern && isGiven(call) && (support === 'required' || support === 'optional');
}
