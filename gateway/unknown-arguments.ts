/** Arguments that a schema does not name: added by the client for its own use, or misspelt by the model. */
import { plain } from '../config/nearest';
import { isRecord } from './json';

/** What agent frameworks add to the arguments of every call, and the model has not written and cannot mend. */
const ADDED_BY_CLIENTS = new Set([
  'toolCallId', // n8n, since 1.119: the id of the model's tool call
  'sessionId', // n8n: the conversation that the agent is in
  'tool_call_description', // frameworks that have the model describe each call to its user
]);
/** `_meta`, which belongs beside the arguments; `_placeholder`, which the AI SDK adds where a schema is empty. */
const PRIVATE = /^_/;

/** The arguments without what a client has added, unless the schema has such a name, in this spelling or nearly. */
export function withoutAdded(args: unknown, names: readonly string[]): unknown {
  if (!isRecord(args)) return args;
  const known = new Set(names.map(plain));
  const added = (name: string): boolean =>
    (ADDED_BY_CLIENTS.has(name) || PRIVATE.test(name)) && !known.has(plain(name));
  return Object.fromEntries(Object.entries(args).filter(([name]) => names.includes(name) || !added(name)));
}
