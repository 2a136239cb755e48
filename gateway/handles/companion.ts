/** What a handle tool is, and how one is made. */
import type { CallToolResult, Tool as ListedTool, Result } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { JobId } from '../../workflows/contract';
import type { Answers } from '../call/answer';
import type { CallRequest } from '../call/request';
import { metaOf, dataOf } from '../words/handle';
import { JOB_ID } from '../ids';
import { argsHash } from '../ids';
import type { Ids } from '../ids';
import type { Jobs } from '../jobs/jobs';
import type { Respond } from '../call/respond';
import { misfitting } from '../words/rejected';
import type { JobView } from '../jobs/view';
import type { Watch } from '../call/watch';
import { createArguments } from './arguments';

/** A handle tool, ready to be listed and run. */
export interface Companion {
  readonly listed: ListedTool;
  readonly run: (args: unknown, request: CallRequest) => Promise<Result>;
}

/** What the handle tools need of the gateway. */
export interface HandleNeeds {
  readonly jobs: Jobs;
  readonly watch: Watch;
  readonly answers: Answers;
  readonly respond: Respond;
  readonly ids: Ids;
  /** Whether calls may be put off or repeated. */
  readonly schedules: boolean;
}

/** A job id as an argument. */
export const jobId = z
  .string()
  .regex(JOB_ID, 'a job id looks like job_7k3m9q2x4v8ht5wz')
  .transform((id) => id as JobId)
  .describe('The job id, exactly as it was given');

/** @param run - gets arguments that fit `shape`, and no others */
export function createCompanion<S extends z.ZodRawShape>(
  listed: Pick<ListedTool, 'name' | 'title' | 'description' | 'annotations'>,
  shape: z.ZodObject<S>,
  run: (input: z.output<z.ZodObject<S>>, request: CallRequest) => Promise<Result>,
): Companion {
  const input = createArguments(shape);
  return {
    listed: { ...listed, inputSchema: input.listed },
    run: async (args, request) => {
      const checked = input.read(args);
      if (!checked.ok) return misfitting(listed.name, checked.problems);
      const job: unknown = 'job_id' in checked.input ? checked.input['job_id'] : undefined;
      request.note({ args: argsHash(checked.input), ...(typeof job === 'string' && { job }) });
      return run(checked.input, request);
    },
  };
}

/** An answer in words about a job that is not waited for. */
export function told(view: JobView, text: string, { answers }: Pick<HandleNeeds, 'answers'>): CallToolResult {
  return {
    content: [{ type: 'text', text }],
    structuredContent: dataOf(view, undefined),
    ...metaOf(view.ref.id, answers.auditOf(view.ref)),
  };
}
