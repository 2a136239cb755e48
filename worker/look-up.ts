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
import type { Callable } from './callable';

/** The tools that may be called. */
export interface Callables {
  /** The authored and catalogued tools. */
  readonly own: ReadonlyMap<string, Tool>;
  /** The tools of upstreams, as they are now. */
  readonly upstreams: Pick<Callable, 'tools'>;
}

export interface LookUp {
  /**
   * @throws `invalid_input` when there is no such tool, or the arguments do not fit its schema; `refused` when its operator has not
   *   accepted it; `unavailable` when it may be one of an upstream that has not been listed
   */
  lookUpTool(call: ToolLookUp): Promise<ToolRun>;
}

/** One tenant has nobody to share the workers with; the gateway's weights are the gateway's. */
const carry = createCarry({ keys: [], weights: {} });

export function createLookUp({ own, upstreams }: Callables): LookUp {
  async function find(name: string): Promise<Tool> {
    const tool = own.get(name);
    if (tool) return tool;
    const { known, unknown } = await upstreams.tools();
    const theirs = known.get(name);
    if (theirs) return theirs;
    if (unknown.length > 0)
      throw failure(
        'unavailable',
        `No tool ${excerpt(name, 64)} is known, and upstream ${unknown.join(', ')} was not listed yet.`,
      );
    throw failure('invalid_input', thereIsNo(name, [...own.keys(), ...known.keys()]));
  }

  return {
    async lookUpTool({ tool: name, arguments: args, caller }) {
      const tool = await find(name);
      if (tool.withheld !== undefined) throw failure('refused', tool.withheld);
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

function thereIsNo(name: string, names: readonly string[]): string {
  const meant = nearestTo(name, names);
  return `There is no tool ${excerpt(name, 64)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}. Workers know those that are authored, and those of the catalogue and of the upstreams in their own holdfast.yaml.`;
}
