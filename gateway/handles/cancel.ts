/** `job_cancel`: stops a job for good, and says how it ended. */
import { z } from 'zod';
import { unlessUnavailable } from '../errors';
import { STOPPING, troubleOf } from '../words/handle';
import { isClosed } from '../jobs/view';
import { invalid } from '../words/rejected';
import { SCHEDULE_ID, isScheduleId } from '../ids';
import type { ScheduleId } from '../ids';
import { createCompanion, jobId, told } from './companion';
import type { Companion, HandleNeeds } from './companion';

const WANTED = 'a job id looks like job_7k3m9q2x4v8ht5wz, that of a schedule like sched_7k3m9q2x4v8ht5wz';
const scheduleId = z
  .string()
  .regex(SCHEDULE_ID)
  .transform((id) => id as ScheduleId)
  .describe('Or the id of a schedule');

/** How long the answer waits for the job to end. */
const SETTLE_MS = 10_000;

export function createJobCancel(needs: HandleNeeds): Companion {
  const { jobs, watch, ids } = needs;
  return createCompanion(
    {
      name: 'job_cancel',
      title: 'Cancel a job',
      description:
        'Stops a job for good. What it has found so far stays readable with job_result. A job that has ended stays as it is.',
      annotations: { destructiveHint: true, idempotentHint: true },
    },
    z.object({ job_id: z.union([jobId, scheduleId], WANTED) }),
    async ({ job_id }, { caller, signal, accepted }) => {
      if (isScheduleId(job_id)) {
        const ended = await jobs.schedules.end(caller, job_id);
        return ended
          ? { content: [{ type: 'text', text: `Schedule ${job_id} has ended. Jobs that it started go on.` }] }
          : invalid(`You have no schedule ${job_id}.`);
      }
      const ref = ids.refOf(caller, job_id);
      const view = await jobs.look(ref);
      if (isClosed(view))
        return told(
          view,
          `Job ${ref.id} (${view.tool}) had already ended. Nothing was cancelled; job_result reads it.`,
          needs,
        );
      await jobs.cancel(ref);
      accepted();
      await watch.wait(ref, { ms: SETTLE_MS, signal });
      const after = (await jobs.look(ref).catch(unlessUnavailable)) ?? view;
      const words = isClosed(after) ? `is now ${after.status}` : STOPPING;
      const trouble = isClosed(after) ? undefined : troubleOf(after);
      const note = trouble === undefined ? '' : ` Note: ${trouble}.`;
      const found = `What it found, if anything: job_result(${JSON.stringify({ job_id })})`;
      return told(after, `Job ${ref.id} (${view.tool}) ${words}.${note} ${found}`, needs);
    },
  );
}
