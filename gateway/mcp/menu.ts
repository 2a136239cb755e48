/** What `tools/list` offers to which client, and who serves each name in `tools/call`. */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Tool as ListedTool, ListToolsResult, Result } from '@modelcontextprotocol/server';
import { nearestTo } from '../../config/nearest';
import { excerpt } from '../../workflows/excerpt';
import type { Allowed } from '../allowed';
import type { Called, CallRequest } from '../call/request';
import type { Companion } from '../handles/companion';
import type { JobContinue } from '../handles/continue';
import type { Offered } from '../offered';
import type { Tool } from '../tools';

/** A list of tools as `tools/list` answers it. */
type ToolList = Pick<ListToolsResult, 'tools'> & Result;

export interface Lists {
  /** For clients that know no tasks. */
  readonly all: ToolList;
  /** For clients of the tasks extension: they need no handle tools. */
  readonly tasks: ToolList;
  /** For clients of revision 2025-11-25, which say of each call whether it is a task. */
  readonly core: ToolList;
}

export interface Menu {
  /** What the holder of a key is shown. */
  lists(allowed: Allowed): Lists;
  /** Every name that a `tools/call` may have. */
  readonly names: Pick<ReadonlySet<string>, 'has'>;
  /** The output schema that is listed for a tool, for clients that know no tasks. */
  outputSchema(name: string): ListedTool['outputSchema'];
  /** Serves a `tools/call`. @throws ProtocolError -32602 for a name that is not on offer; -32601 for a handle tool as a task */
  serve(name: string, args: unknown, request: CallRequest): Promise<Result>;
}

export interface MenuNeeds {
  readonly offered: Offered;
  /** `job_schedule`, where calls may be put off and repeated. */
  readonly schedule: Companion | undefined;
  /** The handle tools that all tools share. */
  readonly companions: readonly Companion[];
  /** The handle tools of one tool alone. */
  readonly ownHandles: (tool: Tool) => readonly Companion[];
  readonly jobContinue: JobContinue;
  readonly call: (called: Called, request: CallRequest) => Promise<Result>;
}

/** @throws Error when a tool has the name of a handle tool */
export function createMenu(needs: MenuNeeds): Menu {
  const { offered, jobContinue, call } = needs;
  // Handle tools are those of the tools that are there from the beginning: others have none of their own.
  const starts = new Map(
    [...offered.values()].filter(({ ownHandles }) => ownHandles).map((tool) => [`start_${tool.name}`, tool]),
  );
  const owned = [...starts.values()].map((tool) => ({ tool, companions: needs.ownHandles(tool) }));
  const shared = [...(needs.schedule ? [needs.schedule] : []), ...needs.companions];
  const companions = new Map(
    [...shared, ...owned.flatMap((own) => own.companions)].map((companion) => [companion.listed.name, companion]),
  );
  const handles = new Set([...starts.keys(), ...companions.keys()]);
  for (const name of handles)
    if (offered.get(name)) throw new Error(`Tool ${name}: that name belongs to a handle tool. Rename it.`);

  function listsFor(allowed: Allowed): Lists {
    const tools = [...offered.values()].filter((tool) => allowed.tool(tool));
    const continuing = tools.some((tool) => tool.continues) ? [jobContinue.listed] : [];
    const calls = [...tools.map((tool) => (tool.ownHandles ? startOf(tool) : tool.listed)), ...continuing];
    const handles = [...shared, ...owned.flatMap((own) => (allowed.tool(own.tool) ? own.companions : []))].map(
      ({ listed }) => listed,
    );
    // A schedule is no task: it is found and ended with handle tools.
    const scheduling = handles.filter(({ name }) => ['job_schedule', 'job_list', 'job_cancel'].includes(name));
    const asTask = (tool: ListedTool): ListedTool => ({ ...tool, execution: { taskSupport: 'optional' } });
    const bare = tools.map(({ listed, listedBare = listed }) => listedBare);
    return {
      all: { tools: [...calls, ...handles] },
      tasks: { tools: [...bare, ...continuing, ...(needs.schedule ? scheduling : [])] },
      core: { tools: [...calls.map(asTask), ...handles] },
    };
  }
  /** By what a key allows: made anew for each edition. */
  const made = new WeakMap<Allowed, { readonly edition: number; readonly lists: Lists }>();

  function lists(allowed: Allowed): Lists {
    const edition = offered.edition();
    const before = made.get(allowed);
    if (before?.edition === edition) return before.lists;
    const fresh = listsFor(allowed);
    made.set(allowed, { edition, lists: fresh });
    return fresh;
  }

  return {
    lists,

    names: {
      has: (name) => handles.has(name) || name === jobContinue.listed.name || offered.get(name) !== undefined,
    },

    outputSchema: (name) => (offered.get(name) ?? starts.get(name) ?? companions.get(name))?.listed.outputSchema,

    async serve(name, args, request) {
      const { allowed } = request;
      const tool = offered.get(name);
      if (tool && allowed.tool(tool)) return call({ tool, input: tool.check(args) }, request);
      const started = starts.get(name);
      if (started && allowed.tool(started))
        return call({ tool: started, input: started.check(args) }, { ...request, patienceMs: () => 0 });
      if (name === jobContinue.listed.name) {
        const continuation = await jobContinue.resolve(args, request);
        return continuation.kind === 'refused' ? continuation.result : call(continuation.called, request);
      }
      const companion = companions.get(name);
      if (companion && request.asTask)
        throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `${name} cannot be called as a task.`);
      if (companion) return companion.run(args, request);
      const { all, tasks } = lists(allowed);
      const meant = nearestTo(
        name,
        [...all.tools, ...tasks.tools].map((listed) => listed.name),
      );
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `Unknown tool: ${excerpt(name, 64)}. ${meant === undefined ? '' : `Did you mean ${meant}? `}tools/list names those that exist.`,
      );
    },
  };
}

function startOf({ name, listed }: Tool): ListedTool {
  const how = `Answers at once with a job id; then call wait_${name} with it until it returns the result.`;
  return { ...listed, name: `start_${name}`, description: `${listed.description ?? ''} ${how}`.trim() };
}
