/** Arguments that a schema does not name: added by the client for its own use, or misspelt by the model. */
import { isRecord } from './json';

/** What agent frameworks add to the arguments of every call, and the model has not written and cannot mend. */
const ADDED_BY_CLIENTS = new Set([
  'toolCallId', // n8n, since 1.119: the id of the model's tool call
  'sessionId', // n8n: the conversation that the agent is in
  'tool_call_description', // frameworks that have the model describe each call to its user
]);
/** `_meta`, which belongs beside the arguments; `_placeholder`, which the AI SDK adds where a schema is empty. */
const PRIVATE = /^_/;

/** As different as a misspelt name may be: letters to change, and the share of all. */
const [FAR, SHARE] = [3, 0.6];
/** Longest name that is compared; the time is the square of it. */
const NAME_MAX = 64;

/** The arguments without what a client has added, unless the schema has such a name, in this spelling or nearly. */
export function withoutAdded(args: unknown, names: readonly string[]): unknown {
  if (!isRecord(args)) return args;
  const known = new Set(names.map(plain));
  const added = (name: string): boolean =>
    (ADDED_BY_CLIENTS.has(name) || PRIVATE.test(name)) && !known.has(plain(name));
  return Object.fromEntries(Object.entries(args).filter(([name]) => names.includes(name) || !added(name)));
}

/** The name that was probably meant; undefined when none is near. */
export function nearestTo(name: string, names: readonly string[]): string | undefined {
  if (name.length > NAME_MAX) return undefined;
  const [nearest] = names
    .map((other) => ({ other, far: distance(plain(name), plain(other)) }))
    .filter(({ other, far }) => far <= FAR && far < SHARE * Math.max(name.length, other.length))
    .sort((a, b) => a.far - b.far);
  return nearest?.other;
}

/** A name without its style: `timeoutS` is `timeout_s`. */
const plain = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

/** How many letters have to be put in, taken out or replaced to make one of the other (Levenshtein). */
function distance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 0; row < from.length; row += 1) {
    const line = [row + 1];
    for (let at = 0; at < to.length; at += 1) {
      const [up = 0, diagonal = 0, left = 0] = [above[at + 1], above[at], line[at]];
      line.push(Math.min(up + 1, left + 1, diagonal + (from[row] === to[at] ? 0 : 1)));
    }
    above = line;
  }
  return above[to.length] ?? 0;
}
