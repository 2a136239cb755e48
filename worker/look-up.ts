/**
 * The step by which a workflow of somebody else finds a tool. What the gateway knows of tools, and what it gives to a job, is known here by
 * the same code: a call without the gateway is checked, limited and recorded like any other.
 */
import { failure } from '../activities';
import { createCarry } from '../gateway/carried';
import { argsHash } from '../gateway/ids';
import type { Tool } from '../gateway/tools';
import { nearestTo } from '../config/nearest';
import type { ToolLookUp, ToolRun } from '../workflows/catalog-contract';
import { excerpt } from '../workflows/excerpt';

/** Finds a tool by its name; undefined: there is none. */
export type Find = (name: string) => Promise<Tool | undefined>;

export interface LookUp {
  /** @throws `invalid_input` when there is no such tool, or the arguments do not fit its schema */
  lookUpTool(call: ToolLookUp): Promise<ToolRun>;
}

/** One tenant has nobody to share the workers with; the gateway's weights are the gateway's. */
const carry = createCarry({ keys: [], weights: {} });

/** @param names - those that are known, for one that is misspelt */
export function createLookUp(find: Find, names: readonly string[]): LookUp {
  return {
    async lookUpTool({ tool: name, arguments: args, caller }) {
      const tool = await find(name);
      if (!tool) throw failure('invalid_input', unknown(name, names));
      const checked = tool.check(args);
      if (!checked.ok)
        throw failure('invalid_input', `The arguments of ${name} do not fit its schema: ${checked.problems}.`);
      const { typedSearchAttributes, priority, ...start } = carry(tool, checked.input, caller, {
        argsHash: argsHash(checked.input),
        at: new Date().toISOString(),
      });
      return {
        workflow: tool.route.workflow,
        ...start,
        searchAttributes: Object.fromEntries(typedSearchAttributes.map(({ key, value }) => [key.name, String(value)])),
        priority: { ...(priority.priorityKey !== undefined && { priorityKey: priority.priorityKey }) },
      };
    },
  };
}

function unknown(name: string, names: readonly string[]): string {
  const meant = nearestTo(name, names);
  return `There is no tool ${excerpt(name, 64)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}. Workers know those that are authored, and those of the catalogue in their own holdfast.yaml.`;
}
