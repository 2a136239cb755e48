/** `job_schedule`: a call that is put off, or made again and again. Offered where the operator allows it. */
import { msToNumber } from '@temporalio/common/lib/time';
import { z } from 'zod';
import type { Duration } from '../../workflows/define-tool';
import { createAdmission, inPlace } from '../call/admission';
import type { Quotas } from '../call/admission';
import { unlessGone } from '../errors';
import { handleOf } from '../words/handle';
import { invalid, overQuota } from '../words/rejected';
import { createdTask } from '../words/task';
import { refuseLacking } from '../call/client';
import type { ToolsByName } from '../offered';
import { createCompanion } from './companion';
import type { Companion, HandleNeeds } from './companion';

/** Each may start jobs for ever. */
const SCHEDULES: Quotas = { perCaller: 50, perTenant: 150 };
const MINUTE_MS = 60_000;
const DELAY_MAX_MS = 30 * 24 * 60 * MINUTE_MS;

export function createJobSchedule(
  { jobs, answers }: Pick<HandleNeeds, 'jobs' | 'answers'>,
  tools: ToolsByName,
  quotas: () => Quotas,
): Companion {
  const delays = createAdmission(quotas, 'jobs put off', jobs.putOff);
  const schedules = createAdmission(() => SCHEDULES, 'schedules', jobs.schedules.count);
  return createCompanion(
    {
      name: 'job_schedule',
      title: 'Schedule a call',
      description:
        'Calls a tool later (run_at), or again and again (every). Answers with a job id for run_at, and a schedule id for every. job_list shows both, job_cancel ends them.',
      annotations: { idempotentHint: false },
    },
    z.object({
      tool: z.string().max(64).describe('The tool to call'),
      arguments: z.record(z.string(), z.unknown()).default({}).describe('Its arguments'),
      run_at: z.iso
        .datetime({ offset: true, error: 'a time with its zone, such as 2026-12-01T09:00:00Z' })
        .optional()
        .describe('When to call it, such as 2026-12-01T09:00:00Z'),
      every: z
        .string()
        .regex(/^[1-9]\d{0,3} (minutes?|hours?|days?)$/, 'such as 30 minutes, 6 hours or 1 day')
        .transform((words) => words as Duration)
        .optional()
        .describe('How often to call it, such as 6 hours'),
    }),
    async ({ tool: name, arguments: args, run_at, every }, { caller, client, origin, allowed, accepted, note }) => {
      const tool = tools.get(name) ?? tools.get(name.replace(/^start_/, ''));
      if (!tool || !allowed.tool(tool))
        return invalid(`There is no tool ${name} that can be scheduled. tools/list names the tools.`);
      if (tool.withheld !== undefined) return invalid(tool.withheld);
      refuseLacking(tool, client);
      const checked = tool.check(args);
      if (!checked.ok) return invalid(`The arguments of ${name} do not fit its schema: ${checked.problems}.`);

      if (every !== undefined && run_at === undefined) {
        const place = await schedules.admit(caller);
        if (place.kind === 'full') return overQuota(place);
        const id = await inPlace(place, () =>
          jobs.schedules.create(tool, checked.input, caller, origin, msToNumber(every)),
        );
        accepted();
        note({ job: id, started: true });
        const text = `${name} is called every ${every} from now on, as ${id}. job_list shows its jobs; job_cancel(${JSON.stringify({ job_id: id })}) ends it.`;
        return {
          content: [{ type: 'text', text }],
          structuredContent: { status: 'scheduled', schedule_id: id, every },
        };
      }

      const { key } = origin;
      const begun =
        every !== undefined || key === undefined
          ? undefined
          : await jobs.joined(tool, checked.input, caller, key).catch(unlessGone);
      if (begun) return answers.about(begun.view.ref, tool.name, undefined);

      const delayMs = run_at === undefined ? NaN : Date.parse(run_at) - Date.now();
      if (every !== undefined || !(delayMs > 0 && delayMs <= DELAY_MAX_MS))
        return invalid('Give either run_at, in the future and within 30 days, or every.');
      const place = await delays.admit(caller);
      if (place.kind === 'full') return overQuota(place);
      const { view } = await inPlace(place, () => jobs.start(tool, checked.input, caller, origin, { delayMs }));
      place.keepFor(view.ref);
      accepted();
      note({ job: view.ref.id, started: true });
      return client.tasks ? createdTask(view) : handleOf(view, answers.auditOf(view.ref));
    },
  );
}
