/** `job_continue`: goes on with what a stopped job left, as a call of the same tool with the same arguments. */
import type { CallToolResult, Tool as ListedTool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CallRequest } from '../call/call';
import { statusLine } from '../words/handle';
import { invalid } from '../words/rejected';
import { checkWith, jsonSchemaOf } from '../tools';
import type { Tool } from '../tools';
import { isClosed } from '../jobs/view';
import type { JobView } from '../jobs/view';
import type { Earlier } from '../jobs/start';
import { jobId } from './companion';
import type { Means } from './companion';

/** A call that goes on with an earlier job. */
interface Continued {
  readonly tool: Tool;
  readonly input: unknown;
  readonly earlier: Earlier;
}

export type JobContinue = ReturnType<typeof jobContinue>;

/** The most that a job can be started with, bytes of JSON. Temporal takes no more than 2 MB. */
const START_MAX = 1_900_000;

export function jobContinue({ jobs, ids }: Pick<Means, 'jobs' | 'ids'>, tools: ReadonlyMap<string, Tool>) {
  const input = z.strictObject({ job_id: jobId });
  const listed: ListedTool = {
    name: 'job_continue',
    title: 'Go on with a job',
    description:
      'Goes on with a job that ended with a PARTIAL result, failed, or was cancelled: the same tool and arguments, with nothing done twice. Answers like the tool itself, under a new job id.',
    inputSchema: jsonSchemaOf(input, 'input'),
  };
  const refuse = (text: string): { readonly refused: CallToolResult } => ({ refused: invalid(text) });

  return {
    listed,
    /** What to call; or, in words, why there is nothing to go on with. */
    async resolve(
      args: unknown,
      { caller, round }: CallRequest,
    ): Promise<Continued | { readonly refused: CallToolResult }> {
      const checked = checkWith(input, args);
      if (!checked.ok)
        return refuse(
          `The arguments of job_continue do not fit its schema: ${checked.problems}. Correct them and call again.`,
        );
      const ref = ids.refOf(caller, checked.input.job_id);
      const started = round && tools.get(round.tool);
      // In a later round the new job has been started, with all that it needs.
      if (started) return { tool: started, input: undefined, earlier: { job: ref.id, found: undefined } };
      const view = await jobs.look(ref);
      const tool = tools.get(view.tool);
      if (!tool?.continues)
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
      return { tool, input: again, earlier: { job: ref.id, found } };
    },
  };

  /** The last partial of a job that did not come to an end of its own. */
  function findingsOf({ ref, partial }: JobView): Promise<unknown> {
    if (partial === undefined) return Promise.resolve(undefined);
    return 'value' in partial ? Promise.resolve(partial.value) : jobs.partial(ref);
  }
}
