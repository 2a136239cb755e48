/** What `tools/list` offers to which client, and who serves each name in `tools/call`. */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Tool as ListedTool, Result } from '@modelcontextprotocol/server';
import type { CallRequest, Calls } from '../call/call';
import type { Companion } from '../handles/companion';
import type { JobContinue } from '../handles/continue';
import type { Tool } from '../tools';

/** What is on offer. */
export interface Dishes {
  readonly tools: ReadonlyMap<string, Tool>;
  /** Where calls may be put off and repeated. */
  readonly schedule: Companion | undefined;
  /** The handle tools that all tools share. */
  readonly companions: readonly Companion[];
  /** Those of one tool alone. */
  readonly own: (tool: Tool) => readonly Companion[];
  readonly continue: JobContinue;
  readonly call: Calls['call'];
  readonly run: Calls['run'];
}

export type Menu = ReturnType<typeof menuOf>;

export function menuOf(dishes: Dishes) {
  const tools = [...dishes.tools.values()];
  const starts = new Map(tools.filter(({ ownHandles }) => ownHandles).map((tool) => [`start_${tool.name}`, tool]));
  const owned = [...starts.values()].flatMap((tool) => dishes.own(tool));
  const companions = new Map(
    [...(dishes.schedule ? [dishes.schedule] : []), ...dishes.companions, ...owned].map((companion) => [
      companion.listed.name,
      companion,
    ]),
  );
  for (const name of [...starts.keys(), ...companions.keys()])
    if (dishes.tools.has(name)) throw new Error(`Tool ${name}: that name belongs to a handle tool. Rename it.`);

  const plain = tools.map(({ listed }) => listed);
  const goesOn = tools.some((tool) => tool.continues) ? [dishes.continue.listed] : [];
  const calls = [...tools.map((tool) => (tool.ownHandles ? startOf(tool) : tool.listed)), ...goesOn];
  const handles = [...companions.values()].map(({ listed }) => listed);
  // A schedule is no task: it is found and ended with handle tools.
  const scheduling = handles.filter(({ name }) => ['job_schedule', 'job_list', 'job_cancel'].includes(name));
  const asTask = (tool: ListedTool): ListedTool => ({ ...tool, execution: { taskSupport: 'optional' } });

  return {
    lists: {
      all: { tools: [...calls, ...handles] },
      /** For clients that speak tasks: they need no handle tools. */
      tasks: { tools: [...plain, ...goesOn, ...(dishes.schedule ? scheduling : [])] },
      core: { tools: [...calls.map(asTask), ...handles] },
    },

    /** Serves a `tools/call`. */
    async serve(name: string, args: unknown, request: CallRequest): Promise<Result> {
      const tool = dishes.tools.get(name);
      if (tool) return dishes.call(tool, args, request);
      const started = starts.get(name);
      if (started) return dishes.call(started, args, { ...request, patienceMs: () => 0 });
      if (name === dishes.continue.listed.name) {
        const resolved = await dishes.continue.resolve(args, request);
        if ('refused' in resolved) return resolved.refused;
        return dishes.run(resolved.tool, resolved.input, request, resolved.earlier);
      }
      const companion = companions.get(name);
      if (companion && request.asTask)
        throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `${name} cannot be called as a task.`);
      if (companion) return companion.run(args, request);
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `Unknown tool: ${name.slice(0, 64)}. tools/list names those that exist.`,
      );
    },
  };
}

function startOf({ name, listed }: Tool): ListedTool {
  const how = `Answers at once with a job id; then call wait_${name} with it until it returns the result.`;
  return { ...listed, name: `start_${name}`, description: `${listed.description ?? ''} ${how}`.trim() };
}
