/** `job_result`: a result in pages, or what a running job has found so far. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { unlessUnavailable } from '../errors';
import { json } from '../json';
import { nextCallOf, dataOf, statusLine } from '../words/handle';
import { fits, page, wholeOf } from '../words/page';
import { isClosed } from '../jobs/view';
import type { JobView } from '../jobs/view';
import { createCompanion, jobId } from './companion';
import type { Companion, HandleNeeds } from './companion';

export function createJobResult({ jobs, answers, ids }: HandleNeeds): Companion {
  return createCompanion(
    {
      name: 'job_result',
      title: 'Read the result of a job',
      description:
        'Reads the result of a job that has ended, in pages of 32,000 characters; of a job that is still running, what it has found so far (marked PARTIAL). Does not wait: use job_wait for that.',
      annotations: { readOnlyHint: true, idempotentHint: true },
    },
    z.object({
      job_id: jobId,
      offset: z.int().min(0).default(0).describe('Where the page begins, in characters'),
      format: z
        .enum(['text', 'json'])
        .optional()
        .describe("The tool's own words, or its whole output as JSON; by default whichever was left out of the answer"),
    }),
    async ({ job_id, offset, format }, { caller }) => {
      const view = await jobs.look(ids.refOf(caller, job_id));
      const pageOf = (whole: string, state: Readonly<Record<string, unknown>>): CallToolResult =>
        page(view.ref, whole, { offset, format }, answers.auditOf(view.ref), state);
      if (!isClosed(view)) return pageOf(await partialText(view), dataOf(view, nextCallOf(view)));
      const outcome = await jobs.outcomeOf(view.ref).catch(unlessUnavailable);
      if (outcome?.kind === 'done')
        return pageOf(wholeOf(answers.presented(view.tool, outcome.value), format), { status: 'done' });
      const found = outcome?.kind === 'partial' ? outcome.value : await answers.partialOf(view);
      return outcome && found !== undefined && (offset > 0 || !fits(json(found)))
        ? pageOf(`PARTIAL: what it had found by then:\n${json(found)}`, { status: outcome.kind, complete: false })
        : answers.about(view.ref, view.tool, outcome);
    },
  );

  async function partialText(view: JobView): Promise<string> {
    const found = await answers.partialOf(view);
    const words = found === undefined ? 'Nothing to read yet.' : `PARTIAL: what it has found so far:\n${json(found)}`;
    return `${statusLine(view)}\n${words}`;
  }
}
