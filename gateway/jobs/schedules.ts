/** Calls that are made again and again: Temporal Schedules, each owned by its caller. A run is a job like any other. */
import { ScheduleNotFoundError } from '@temporalio/client';
import type { Caller } from '../../workflows/contract';
import { argsHash } from '../ids';
import type { Ids } from '../ids';
import type { Tool } from '../tools';
import type { Store } from './connection';
import { described, memoOf } from './start';
import { SUBJECT, TENANT, TOOL } from './visibility';

/** `sched_` and the 16 characters that the ids of its jobs have after `job_`. */
export type ScheduleId = `sched_${string}`;
export const SCHEDULE_ID = /^sched_[0-9a-hjkmnp-tv-z]{16}$/;

/** Whether `text` has the form of a schedule id. */
export function isScheduleId(text: string): text is ScheduleId {
  return SCHEDULE_ID.test(text);
}

export interface ListedSchedule {
  readonly id: ScheduleId;
  readonly tool: string;
  readonly next: Date | undefined;
}

/** Schedules of one caller. */
const MAX = 50;

export function schedulesOf({ client, ask }: Store, ids: Ids) {
  const prefixOf = (caller: Caller): string => `${caller.tenant}/${ids.subjectTag(caller)}/`;

  async function list(caller: Caller): Promise<ListedSchedule[]> {
    const query = `${TENANT.name} = '${caller.tenant}' AND ${SUBJECT.name} = '${ids.subjectTag(caller)}'`;
    return ask(async () => {
      const found: ListedSchedule[] = [];
      for await (const { scheduleId, typedSearchAttributes, info } of client.schedule.list({ query })) {
        const id = scheduleId.slice(prefixOf(caller).length) as ScheduleId;
        const [next] = info.nextActionTimes;
        found.push({ id, tool: typedSearchAttributes?.get(TOOL) ?? '', next });
        if (found.length === MAX) break;
      }
      return found;
    });
  }

  return {
    list,

    /** Has a call made again and again. Undefined when the caller has too many schedules already. */
    async create(tool: Tool, input: unknown, caller: Caller, everyMs: number): Promise<ScheduleId | undefined> {
      if ((await list(caller)).length >= MAX) return undefined;
      const { id: jobId, workflowId } = ids.newRef(caller, tool.name, undefined);
      const id = jobId.replace(/^job_/, 'sched_') as ScheduleId;
      const workflow = described(tool, input, memoOf(tool, caller, { argsHash: argsHash(input) }), ids);
      const { typedSearchAttributes } = workflow;
      await ask(() =>
        client.schedule.create({
          scheduleId: prefixOf(caller) + id,
          action: { type: 'startWorkflow', workflowType: tool.route.workflow, workflowId, ...workflow },
          spec: { intervals: [{ every: everyMs, offset: Date.now() % everyMs }] }, // counted from now
          typedSearchAttributes,
        }),
      );
      return id;
    },

    /** Ends a schedule; jobs that it has started go on. False when the caller has none of this id. */
    async end(caller: Caller, id: ScheduleId): Promise<boolean> {
      try {
        await ask(() => client.schedule.getHandle(prefixOf(caller) + id).delete());
        return true;
      } catch (error) {
        if (error instanceof ScheduleNotFoundError) return false;
        throw error;
      }
    },
  };
}
