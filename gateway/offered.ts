/** The tools on offer. Those of upstreams come, change and go while the gateway runs. */
import type { Tool } from './tools';

/** Finds a tool by its listed name. */
export type ToolsByName = Pick<ReadonlyMap<string, Tool>, 'get'>;

export interface Offered extends ToolsByName {
  /** All of them, in the order of `tools/list`. */
  values(): Iterable<Tool>;
  /** Another number after each change: what was made of the tools of one edition holds for that alone. */
  edition(): number;
  /** How long a client may take the list to be fresh, milliseconds. */
  ttlMs(): number;
  /** Told after each change. */
  onChange(listener: () => void): void;
}

/** The tools of upstreams, which are replaced together, since their names depend on one another. */
export interface OpenOffered extends Offered {
  /** The tools of the gateway itself, as they are now. */
  own(): ReadonlyMap<string, Tool>;
  /** Changes nothing, and tells nobody, when they are what they were. */
  replace(tools: readonly Tool[], ttlMs: number): void;
  /** Puts other tools of the gateway itself in the place of the former ones. */
  replaceOwn(own: ReadonlyMap<string, Tool>): void;
}

/** How long a list is fresh that no upstream has a say in, milliseconds. */
const FRESH_MS = 300_000;

/** @param own - the tools of the gateway itself, by name */
export function createOffered(own: ReadonlyMap<string, Tool>): OpenOffered {
  const listeners: (() => void)[] = [];
  let mine = own;
  let theirs: readonly Tool[] = [];
  let tools: ReadonlyMap<string, Tool> = own;
  let edition = 1;
  let fresh = FRESH_MS;

  function offer(): void {
    const next = new Map([...mine, ...theirs.map((tool) => [tool.name, tool] as const)]);
    if (next.size === tools.size && [...next].every(([name, tool]) => tools.get(name) === tool)) return;
    tools = next;
    edition += 1;
    for (const listener of listeners) listener();
  }

  return {
    get: (name) => tools.get(name),
    values: () => tools.values(),
    edition: () => edition,
    ttlMs: () => fresh,
    own: () => mine,
    onChange: (listener) => void listeners.push(listener),
    replace(others, ttlMs) {
      fresh = Math.min(FRESH_MS, ttlMs);
      theirs = others;
      offer();
    },
    replaceOwn(next) {
      mine = next;
      offer();
    },
  };
}
