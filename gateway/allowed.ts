/** Which tools the holder of a key may see and call: the `tools` of the key in the configuration. */
import { admits, namesAnywhere } from '../config/patterns';
import type { Tool } from './tools';

export interface Allowed {
  /** Whether this tool is one of them. */
  tool(tool: Pick<Tool, 'name' | 'origin'>): boolean;
  /** Whether anything else of an upstream is, a resource or a prompt, by its name there. */
  part(upstream: string, name: string): boolean;
}

/** For keys that say nothing of tools, and callers without a key. */
export const ALL_ALLOWED: Allowed = { tool: () => true, part: () => true };

/** @param patterns - with `*` for any characters; `!` in front takes away again, and the last one that fits counts */
export function createAllowed(patterns: readonly string[] | undefined): Allowed {
  if (!patterns) return ALL_ALLOWED;
  return {
    tool: ({ name, origin }) => admits(patterns, namesAnywhere({ listed: name, ...origin })),
    part: (upstream, name) => admits(patterns, [`${upstream}.${name}`]),
  };
}
