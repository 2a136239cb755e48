/** `job_continue`: goes on with what a stopped job left, as a call of the same tool with the same arguments. */
import type { CallToolResult, Tool as ListedTool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Caller, JobId } from '../../workflows/contract';
import { statusLine } from '../handle';
import { invalid } from '../rejected';
import { checkWith, jsonSchemaOf } from '../tools';
import type { Tool } from '../tools';
import { isClosed } from '../jobs/view';
import type { JobView } from '../jobs/view';
import { jobId } from './companion';
import type { Means } from './companion';

/** A call that goes on with an earlier job. */
export interface Continued {
  readonly tool: Tool;
  readonly input: unknown;
  readonly continues: { readonly job: JobId; readonly earlier: unknown };
}

export interface JobContinue {
  readonly listed: ListedTool;
  /** What to call; or, in words, why there is nothing to go on with. */
  readonly resolve: (
    args: unknown,
    caller: Caller,
  ) => Promise<{ readonly found: Continued } | { readonly refused: CallToolResult }>;
}

export function jobContinue({ jobs, ids }: Pick<Means, 'jobs' | 'ids'>, tools: ReadonlyMap<string, Tool>): JobContinue {
  const input = z.strictObject({ job_id: jobId });
  const refuse = (text: string): { refused: CallToolResult } => ({ refused: invalid(text) });
  return {
    listed: {
      name: 'job_continue',
      title: 'Go on with a job',
      description:
        'Goes on with a job that ended with a PARTIAL result, failed, or was cancelled: the same tool and arguments, with nothing done twice. Answers like the tool itself, under a new job id.',
      inputSchema: jsonSchemaOf(input, 'input'),
    },
    async resolve(args, caller) {
      const checked = checkWith(input, args);
      if (!checked.ok)
        return refuse(
          `The arguments of job_continue do not fit its schema: ${checked.problems}. Correct them and call again.`,
        );
      const ref = ids.refOf(caller, checked.input.job_id);
      const view = await jobs.look(ref);
      const tool = tools.get(view.tool);
      if (!tool?.continues)
        return refuse(`Jobs of ${view.tool} cannot be gone on with. Call ${view.tool} again for a new one.`);
      if (!isClosed(view)) return refuse(`${statusLine(view)} It goes on by itself: wait for it.`);
      const outcome = await jobs.outcomeOf(ref);
      if (outcome.kind === 'done') return refuse(`Job ${ref.id} is complete: job_result reads it.`);
      const earlier = outcome.kind === 'partial' ? outcome.value : await findingsOf(view);
      if (earlier === undefined)
        return view.partial === undefined
          ? refuse(`Job ${ref.id} left nothing to go on with. Call ${view.tool} again.`)
          : refuse('What the job has found cannot be read just now: no worker is up. Try again in 10 s.');
      return { found: { tool, input: await jobs.inputOf(ref), continues: { job: ref.id, earlier } } };
    },
  };

  /** The last partial of a job that did not come to an end of its own. */
  function findingsOf({ ref, partial }: JobView): Promise<unknown> {
    if (partial === undefined) return Promise.resolve(undefined);
    return 'value' in partial ? Promise.resolve(partial.value) : jobs.partial(ref);
  }
}
