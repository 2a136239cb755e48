/** `job_list`: finds jobs again whose ids were lost. */
import { z } from 'zod';
import { createCompanion } from './companion';
import type { Companion, HandleNeeds } from './companion';

export function createJobList({ jobs, schedules }: HandleNeeds): Companion {
  return createCompanion(
    {
      name: 'job_list',
      title: 'List your jobs',
      description:
        'Lists your jobs: those that run first, then those that ended last. Gives id, tool, status, start. Use it when a job id was lost. A job that has just started may take a second to appear.',
      annotations: { readOnlyHint: true, idempotentHint: true },
    },
    z.object({
      running: z.boolean().default(false).describe('Only jobs that have not ended'),
      tool: z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,64}$/)
        .optional()
        .describe('Only jobs of this tool'),
      limit: z.int().min(1).max(50).default(10),
    }),
    async (filter, { caller }) => {
      const [found, scheduled] = await Promise.all([
        jobs.list(caller, filter),
        schedules ? jobs.schedules.list(caller, filter.tool) : [],
      ]);
      const lines = found.map(
        ({ ref, tool, status, startedAt, beginsAt }) =>
          `${ref.id}  ${(beginsAt ? 'put off' : status).padEnd(14)}  ${(beginsAt ?? startedAt).toISOString()}  ${tool}`,
      );
      lines.push(
        ...scheduled.map(({ id, tool, next }) => `${id}  schedule   next ${next?.toISOString() ?? '-'}  ${tool}`),
      );
      return {
        content: [{ type: 'text', text: lines.length > 0 ? lines.join('\n') : 'No jobs.' }],
        structuredContent: {
          jobs: found.map(({ ref, tool, status, startedAt, beginsAt, args, questions }) => ({
            job_id: ref.id,
            tool,
            status,
            started_at: startedAt.toISOString(),
            ...(beginsAt && { begins_at: beginsAt.toISOString() }),
            ...(args !== undefined && { args }),
            ...(questions.length > 0 && { questions: questions.map(({ key, message }) => ({ key, message })) }),
          })),
          ...(scheduled.length > 0 && {
            schedules: scheduled.map(({ id, tool, next }) => ({ schedule_id: id, tool, next_at: next?.toISOString() })),
          }),
        },
      };
    },
  );
}
