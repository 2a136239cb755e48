/** Handle tools of a tool's own, in place of the tool: `start_X`, `query_X`, `wait_X` and `cancel_X`. */
import type { Result } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CallRequest } from '../call/request';
import { invalid } from '../words/rejected';
import type { Tool } from '../tools';
import { createJobCancel } from './cancel';
import { createCompanion, jobId } from './companion';
import type { Companion, HandleNeeds } from './companion';
import { createJobResult } from './result';
import { createJobWait } from './wait';

/** The handle tools of `tool`; all but `start_X`, which is the tool itself, waited for by nobody. */
export function createOwnHandles(tool: Tool, needs: HandleNeeds): readonly Companion[] {
  const { jobs, ids } = needs;
  const { name } = tool;
  const [wait, result, cancel] = [createJobWait(needs), createJobResult(needs), createJobCancel(needs)];

  /** Refuses the jobs of other tools: those have handle tools of another name. */
  async function ofThisTool(
    id: z.output<typeof jobId>,
    { caller }: CallRequest,
    run: () => Promise<Result>,
  ): Promise<Result> {
    const view = await jobs.look(ids.refOf(caller, id));
    return view.tool === name ? run() : invalid(`Job ${id} is a job of ${view.tool}, not of ${name}.`);
  }

  return [
    createCompanion(
      {
        name: `query_${name}`,
        description: `Tells how far a job of ${name} is, and what it has found so far. Does not wait.`,
        annotations: { readOnlyHint: true, idempotentHint: true },
      },
      z.object({ job_id: jobId, offset: z.int().min(0).default(0).describe('Where the page begins, in characters') }),
      (args, request) => ofThisTool(args.job_id, request, () => result.run(args, request)),
    ),
    createCompanion(
      {
        name: `wait_${name}`,
        description: `Waits until a job of ${name} ends, and returns its result. Blocks for up to timeout_s seconds; call it again while the job is RUNNING.`,
        annotations: { readOnlyHint: true, idempotentHint: true },
      },
      z.object({ job_id: jobId, timeout_s: z.number().min(0).max(240).optional() }),
      ({ job_id, ...rest }, request) =>
        ofThisTool(job_id, request, () => wait.run({ job_ids: [job_id], ...rest }, request)),
    ),
    createCompanion(
      {
        name: `cancel_${name}`,
        description: `Stops a job of ${name} for good. What it has found stays readable with query_${name}.`,
        annotations: { destructiveHint: true, idempotentHint: true },
      },
      z.object({ job_id: jobId }),
      (args, request) => ofThisTool(args.job_id, request, () => cancel.run(args, request)),
    ),
  ];
}
