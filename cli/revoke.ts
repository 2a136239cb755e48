/** `holdfast revoke`: ends what a caller has in Temporal whose key was taken out: the schedules, and if that is wished the jobs. */
import { ScheduleNotFoundError } from '@temporalio/client';
import pLimit from 'p-limit';
import { z } from 'zod';
import type { TemporalConfig } from '../config/temporal';
import { createStore } from '../gateway/jobs/connection';
import type { Store } from '../gateway/jobs/connection';
import { MEMO_JOB, SEARCH_ATTRIBUTES } from '../workflows/contract';
import type { Caller } from '../workflows/contract';

/** How many are asked about, or ended, at one time. */
const AT_ONCE = 10;

/** What a memo says of whose job it is. */
const Memo = z.object({ [MEMO_JOB]: z.object({ caller: z.object({ tenant: z.string(), subject: z.string() }) }) });

export interface Revoked {
  /** Schedules that were ended. */
  readonly schedules: number;
  /** Jobs that run, or are put off; they were told to stop if that was wished. */
  readonly jobs: number;
}

/**
 * Ends the schedules of a caller. They are found by the name in their memo, so no secret of the gateways is needed, and those of an
 * earlier secret are found, too. What was begun a moment ago may be missed: Temporal's lists are behind.
 *
 * @param stopJobs - whether the jobs that have not ended are told to stop as well
 * @throws Problem `unavailable` when Temporal does not answer
 */
export async function revoke(temporal: TemporalConfig, caller: Caller, stopJobs: boolean): Promise<Revoked> {
  const store = createStore(temporal);
  const { ask, client } = store;
  try {
    const schedules = await schedulesOf(store, caller);
    await each(schedules, (id) => ask(() => client.schedule.getHandle(id).delete()).catch(unlessEnded));
    const jobs = await jobsOf(store, caller);
    if (stopJobs) await each(jobs, (id) => ask(() => client.workflow.getHandle(id).cancel()));
    return { schedules: schedules.length, jobs: jobs.length };
  } finally {
    await store.close();
  }
}

const queryOf = ({ tenant }: Caller): string => `${SEARCH_ATTRIBUTES.tenant} = '${tenant}'`;

/** A list says which tenant has a schedule, and only the schedule itself whose it is. */
async function schedulesOf({ ask, client }: Store, caller: Caller): Promise<string[]> {
  const ids = await ask(async () => {
    const found: string[] = [];
    for await (const { scheduleId } of client.schedule.list({ query: queryOf(caller) })) found.push(scheduleId);
    return found;
  });
  const whose = await each(ids, async (id) => {
    const described = await ask(() => client.schedule.getHandle(id).describe()).catch(unlessEnded);
    return isOf(caller, described?.action.memo);
  });
  return ids.filter((_id, nth) => whose[nth] === true);
}

function jobsOf({ ask, client }: Store, caller: Caller): Promise<string[]> {
  return ask(async () => {
    const found: string[] = [];
    const query = `${queryOf(caller)} AND ExecutionStatus = 'Running'`;
    for await (const { workflowId, memo } of client.workflow.list({ query }))
      if (isOf(caller, memo)) found.push(workflowId);
    return found;
  });
}

function isOf({ tenant, subject }: Caller, memo: unknown): boolean {
  const owner = Memo.safeParse(memo).data?.[MEMO_JOB].caller;
  return owner?.tenant === tenant && owner.subject === subject;
}

function each<R>(ids: readonly string[], act: (id: string) => Promise<R>): Promise<R[]> {
  const turn = pLimit(AT_ONCE);
  return Promise.all(ids.map((id) => turn(() => act(id))));
}

function unlessEnded(error: unknown): undefined {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}

/** What the operator is told. @param named - whether the configuration still has a key of the caller */
export function wordsOf(who: string, { schedules, jobs }: Revoked, stopJobs: boolean, named: boolean): string {
  const left = stopJobs
    ? `Jobs that were told to stop: ${jobs}.`
    : `Jobs that have not ended: ${jobs}${jobs > 0 ? '; --jobs tells them to stop' : ''}.`;
  const again = named ? `\ngateway.keys still lets ${who} in: take the key out, and revoke once more.` : '';
  return `Schedules of ${who} that were ended: ${schedules}. ${left}${again}`;
}
