/** `job_continue`: goes on with what a stopped job left, as a call of the same tool with the same arguments. */
import type { CallToolResult, Tool as ListedTool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CallRequest, Called } from '../call/request';
import { statusLine } from '../words/handle';
import { invalid, misfitting } from '../words/rejected';
import type { ToolsByName } from '../offered';
import type { Tool } from '../tools';
import { isClosed } from '../jobs/view';
import type { JobView } from '../jobs/view';
import { createArguments } from './arguments';
import { jobId } from './companion';
import type { HandleNeeds } from './companion';

/** What to call; or, in words, why there is nothing to go on with. */
export type Continuation =
  { readonly kind: 'call'; readonly called: Called } | { readonly kind: 'refused'; readonly result: CallToolResult };

export interface JobContinue {
  readonly listed: ListedTool;
  resolve(args: unknown, request: Pick<CallRequest, 'caller' | 'round' | 'allowed'>): Promise<Continuation>;
}

/** The most that a job can be started with, bytes of JSON. Temporal takes no more than 2 MB. */
const START_MAX = 1_900_000;

export function createJobContinue({ jobs, ids }: Pick<HandleNeeds, 'jobs' | 'ids'>, tools: ToolsByName): JobContinue {
  const input = createArguments(z.object({ job_id: jobId }));
  const listed: ListedTool = {
    name: 'job_continue',
    title: 'Go on with a job',
    description:
      'Goes on with a job that ended with a PARTIAL result, failed, or was cancelled: the same tool and arguments, with nothing done twice. Answers like the tool itself, under a new job id.',
    inputSchema: input.listed,
  };
  const refuse = (text: string): Continuation => ({ kind: 'refused', result: invalid(text) });

  return {
    listed,
    async resolve(args, { caller, round, allowed }) {
      const checked = input.read(args);
      if (!checked.ok) return { kind: 'refused', result: misfitting(listed.name, checked.problems) };
      const ref = ids.refOf(caller, checked.input.job_id);
      const started = round && tools.get(round.tool);
      // In a later round the new job has been started, with all that it needs.
      if (started && allowed.tool(started)) return goOn(started, undefined, { job: ref.id, found: undefined });
      const view = await jobs.look(ref);
      const tool = tools.get(view.tool);
      if (!tool?.continues || !allowed.tool(tool))
        return refuse(`Jobs of ${view.tool} cannot be gone on with. Call ${view.tool} again for a new one.`);
      if (!isClosed(view)) return refuse(`${statusLine(view)} It goes on by itself: wait for it.`);
      const outcome = await jobs.outcomeOf(ref);
      if (outcome.kind === 'done') return refuse(`Job ${ref.id} is complete: job_result reads it.`);
      const found = outcome.kind === 'partial' ? outcome.value : await findingsOf(view);
      if (found === undefined)
        return view.partial === undefined
          ? refuse(`Job ${ref.id} left nothing to go on with. Call ${view.tool} again.`)
          : refuse('What the job has found cannot be read just now: no worker is up. Try again in 10 s.');
      const again = await jobs.inputOf(ref);
      if (Buffer.byteLength(JSON.stringify([again, found])) > START_MAX)
        return refuse(`Job ${ref.id} has found too much to go on with. Call ${view.tool} again, for less in one call.`);
      return goOn(tool, again, { job: ref.id, found });
    },
  };

  /** The last partial of a job that did not come to an end of its own. */
  function findingsOf({ ref, partial }: JobView): Promise<unknown> {
    if (partial === undefined) return Promise.resolve(undefined);
    return partial.kind === 'value' ? Promise.resolve(partial.value) : jobs.partial(ref);
  }
}

/** The arguments fitted once, when the earlier job was called. */
function goOn(tool: Tool, input: unknown, earlier: NonNullable<Called['earlier']>): Continuation {
  return { kind: 'call', called: { tool, input: { ok: true, input }, earlier } };
}
