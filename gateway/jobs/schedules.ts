/** Calls that are made again and again: Temporal Schedules, each owned by its caller. A run is a job like any other. */
import { ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import type { Caller, JobId } from '../../workflows/contract';
import type { Carry } from '../carried';
import { Problem, isProblem } from '../errors';
import { argsHash } from '../ids';
import type { Ids, ScheduleId } from '../ids';
import { TOOL } from '../search-attributes';
import { toolFor } from '../tools';
import type { Tool } from '../tools';
import type { Store } from './connection';
import type { Origin } from './start';
import { ofCaller, ofTenant, ofTool } from './visibility';
import type { Count } from './visibility';

export interface ListedSchedule {
  readonly id: ScheduleId;
  readonly tool: string;
  readonly next: Date | undefined;
}

const LISTED_MAX = 200;
/** Memo key of a schedule: the hash of what it was asked for. */
const MEMO_HASH = 'argsHash';

export interface Schedules {
  /** The schedules of a caller, for one tool or for all. @throws Problem `unavailable` */
  list(caller: Caller, tool?: string): Promise<ListedSchedule[]>;
  readonly count: Count;
  /**
   * Has a call made every `everyMs` milliseconds, counted from now; once for each key.
   *
   * @throws Problem `conflict` when the key was used for another schedule; `unavailable`
   */
  create(tool: Tool, input: unknown, caller: Caller, origin: Origin, everyMs: number): Promise<ScheduleId>;
  /** Ends a schedule; jobs that it has started go on. False when the caller has none of this id. */
  end(caller: Caller, id: ScheduleId): Promise<boolean>;
}

export function createSchedules({ client, ask }: Store, ids: Ids, carry: Carry): Schedules {
  /** What Temporal calls a schedule, by the present secret and by the one before. */
  const namesOf = (caller: Caller, id: ScheduleId): [present: string, ...former: string[]] => {
    const [present = '', ...former] = ids.tagsOf(caller).map((tag) => `${caller.tenant}/${tag}/${id}`);
    return [present, ...former];
  };

  const scheduleIdOf = (job: JobId): ScheduleId => job.replace(/^job_/, 'sched_') as ScheduleId;
  const idIn = (scheduleId: string): ScheduleId => scheduleId.split('/').at(-1) as ScheduleId;

  function listed(query: string): Promise<ListedSchedule[]> {
    return ask(async () => {
      const found: ListedSchedule[] = [];
      for await (const { scheduleId, typedSearchAttributes, info } of client.schedule.list({ query })) {
        const [next] = info.nextActionTimes;
        found.push({ id: idIn(scheduleId), tool: typedSearchAttributes?.get(TOOL) ?? '', next });
        if (found.length === LISTED_MAX) break;
      }
      return found;
    });
  }

  const list = (caller: Caller, tool?: string): Promise<ListedSchedule[]> =>
    listed([ofCaller(caller, ids), ...(tool === undefined ? [] : [ofTool(tool)])].join(' AND '));

  /** Whether a schedule is there, and is the one that was meant. */
  async function exists(scheduleId: string, hash: string): Promise<boolean> {
    try {
      const { memo } = await ask(() => client.schedule.getHandle(scheduleId).describe());
      if (memo?.[MEMO_HASH] !== hash) throw new Problem('conflict', { id: idIn(scheduleId) });
      return true;
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return false;
      throw error;
    }
  }

  /** After a create that was not acknowledged, or not needed. */
  const arrived = (scheduleId: string, hash: string): Promise<boolean> =>
    exists(scheduleId, hash).catch((error: unknown) => {
      if (isProblem(error, 'unavailable')) return false;
      throw error;
    });

  /** The schedule that a key has from before the secret was changed; undefined when it has none. */
  async function ofFormerKey(tool: Tool, caller: Caller, key: string, hash: string): Promise<ScheduleId | undefined> {
    if (!ids.previous) return undefined;
    const id = scheduleIdOf(ids.previous.newRef(caller, tool.name, key).id);
    const [, former = ''] = namesOf(caller, id);
    return (await exists(former, hash)) ? id : undefined;
  }

  return {
    list,

    count: {
      caller: async (caller) => (await list(caller)).length,
      tenant: async (tenant) => (await listed(ofTenant(tenant))).length,
    },

    async create(tool, input, caller, { key, callback }, everyMs) {
      const hash = argsHash({ input, everyMs });
      const former = key === undefined ? undefined : await ofFormerKey(tool, caller, key, hash);
      if (former !== undefined) return former;
      const { id: jobId, workflowId } = ids.newRef(caller, tool.name, key);
      const id = scheduleIdOf(jobId);
      const [scheduleId] = namesOf(caller, id);
      const asked = toolFor(tool, callback);
      const workflow = carry(asked, input, caller, { argsHash: hash, ...(callback && { callback }) });
      const { typedSearchAttributes } = workflow;
      await ask(() =>
        client.schedule.create({
          scheduleId,
          action: { type: 'startWorkflow', workflowType: asked.route.workflow, workflowId, ...workflow },
          spec: { intervals: [{ every: everyMs, offset: Date.now() % everyMs }] }, // counted from now
          policies: { catchupWindow: everyMs }, // after an outage once, not once for each that was missed
          typedSearchAttributes,
          memo: { [MEMO_HASH]: hash },
        }),
      ).catch(async (error: unknown) => {
        const lost = isProblem(error, 'unavailable') && error.facts.refused !== true;
        if (!lost && !(error instanceof ScheduleAlreadyRunning)) throw error;
        const there = await arrived(scheduleId, hash);
        if (lost && !there) throw new Problem('unavailable', { refused: false, id, keyed: key !== undefined });
      });
      return id;
    },

    async end(caller, id) {
      for (const scheduleId of namesOf(caller, id)) {
        try {
          await ask(() => client.schedule.getHandle(scheduleId).delete());
          return true;
        } catch (error) {
          if (!(error instanceof ScheduleNotFoundError)) throw error;
        }
      }
      return false;
    },
  };
}
