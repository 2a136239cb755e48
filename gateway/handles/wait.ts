/** `job_wait`: the way to the result of every call that answered with a job id. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { createCompanion, jobId } from './companion';
import type { Companion, HandleNeeds } from './companion';

export function createJobWait({ jobs, watch, answers, ids }: HandleNeeds): Companion {
  return createCompanion(
    {
      name: 'job_wait',
      title: 'Wait for jobs',
      description:
        'Waits until jobs end and returns their results. Blocks for up to timeout_s seconds; a job that is still running then is reported as running: call job_wait again with the same job_ids. This is the way to get the result of a tool that answered with a job id. Never call the original tool again for it.',
      annotations: { readOnlyHint: true, idempotentHint: true },
    },
    z.object({
      job_ids: z.array(jobId).min(1).max(10).describe('The jobs to wait for, at most 10'),
      mode: z.enum(['all', 'any']).default('all').describe('"all": until every job has ended; "any": until one has'),
      timeout_s: z
        .number()
        .min(0)
        .max(240)
        .optional()
        .describe('Longest wait in seconds; by default as long as suits this client'),
    }),
    async ({ job_ids, mode, timeout_s }, { caller, signal: hangUp, patienceMs, onView, push, accepted }) => {
      const refs = [...new Set(job_ids)].map((id) => ids.refOf(caller, id));
      const before = await Promise.all(refs.map((ref) => jobs.look(ref)));
      accepted();
      const ms = timeout_s === undefined ? patienceMs() : timeout_s * 1000;
      const enough = new AbortController();
      const signal = AbortSignal.any([hangUp, enough.signal]);
      const waits = before.map(async (view) => {
        const outcome = await watch.wait(view.ref, { ms, signal, onView, push });
        // Without an outcome the time is up, or a person is asked, which cannot wait for the other jobs.
        if (!outcome || mode === 'any') enough.abort();
        return answers.about(view.ref, view.tool, outcome, view);
      });
      return joined(await Promise.all(waits).finally(() => enough.abort()));
    },
  );
}

/** Many answers in one: the texts one below the other. An error only if all of them are. */
function joined(results: readonly CallToolResult[]): CallToolResult {
  const [only] = results;
  if (only && results.length === 1) return only;
  return {
    isError: results.every(({ isError }) => isError === true),
    content: results.flatMap(({ content }) => content),
    structuredContent: {
      jobs: results.map(({ structuredContent, _meta }) =>
        Object.assign({ job_id: _meta?.['io.holdfast/job'], audit: _meta?.['io.holdfast/audit'] }, structuredContent),
      ),
    },
  };
}
