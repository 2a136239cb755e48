/** What only Temporal's visibility store can tell: lists and counts. Eventually consistent, and slow: never on the path of a call. */
import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { MEMO_JOB, MEMO_QUESTIONS } from '../../workflows/contract';
import type { Caller, Question } from '../../workflows/contract';
import { isJobId } from '../ids';
import type { Ids, JobRef } from '../ids';
import { SUBJECT, TENANT, TOOL } from '../search-attributes';
import type { Store } from './connection';
import { Memo } from './memo';
import { statusIn, statusOf, wasToldToStop } from './status';
import type { Status } from './status';

/** Past jobs that an estimate is made from. */
const PAST_MAX = 100;

/** One line of a list of jobs. */
export interface ListedJob {
  readonly ref: JobRef;
  readonly tool: string;
  readonly status: Status;
  readonly startedAt: Date;
  /** When it begins, if it is put off. */
  readonly beginsAt: Date | undefined;
  /** Its arguments in one line, cut short; undefined in jobs of an older version. */
  readonly args: string | undefined;
  /** What it asks a person. */
  readonly questions: readonly Question[];
}

/** Whose jobs, or schedules, a query is for. */
export const ofTenant = (tenant: string): string => `${TENANT.name} = '${tenant}'`;
export const ofCaller = (caller: Caller, ids: Ids): string =>
  `${ofTenant(caller.tenant)} AND ${SUBJECT.name} IN (${ids
    .tagsOf(caller)
    .map((tag) => `'${tag}'`)
    .join(', ')})`;
export const ofTool = (tool: string): string => `${TOOL.name} = '${tool}'`;

/** Which of a caller's jobs to list. */
export interface ListFilter {
  readonly tool?: string | undefined;
  /** Only jobs that have not ended. */
  readonly running?: boolean | undefined;
  readonly limit: number;
}

/** How many there are of one caller, and of all callers of a tenant. */
export interface Count {
  caller(caller: Caller): Promise<number>;
  tenant(tenant: string): Promise<number>;
}

/** Each throws Problem `unavailable`. */
export interface Lists {
  /** The caller's jobs: those that run first, then those that ended last. */
  list(caller: Caller, filter: ListFilter): Promise<ListedJob[]>;
  /** Jobs that run. */
  readonly running: Count;
  /** Jobs that are put off. */
  readonly putOff: Count;
  /** How long the last jobs of a tool took that came to an end of their own, from when they began, milliseconds. */
  durations(tenant: string, tool: string): Promise<number[]>;
}

export function createLists({ client, ask }: Store, ids: Ids): Lists {
  const RUNNING = `ExecutionStatus = 'Running'`;
  const count = (query: string): Promise<number> => ask(async () => (await client.workflow.count(query)).count);
  const countOf = (which: () => string): Count => ({
    caller: (caller) => count(`${ofCaller(caller, ids)} AND ${which()}`),
    tenant: (tenant) => count(`${ofTenant(tenant)} AND ${which()}`),
  });

  /** A list does not tell whether a job that was terminated had been told to stop. */
  async function statusOfListed(info: WorkflowExecutionInfo): Promise<Status> {
    if (info.status.name !== 'TERMINATED') return statusIn(info);
    try {
      const { raw } = await client.workflow.getHandle(info.workflowId).describe();
      return statusOf(info.status.name, wasToldToStop(raw));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return statusIn(info); // its time to be kept is over, and the list is behind
      throw error;
    }
  }

  return {
    list(caller, { tool, running, limit }) {
      const query = [
        ofCaller(caller, ids),
        // A job that went on in a new run is listed by that.
        `ExecutionStatus != 'ContinuedAsNew'`,
        ...(tool === undefined ? [] : [ofTool(tool)]),
        ...(running === true ? [RUNNING] : []),
      ].join(' AND ');
      return ask(async () => {
        const found: ListedJob[] = [];
        for await (const info of client.workflow.list({ query, pageSize: limit })) {
          const id = info.workflowId.split('/').at(-1) ?? '';
          if (!isJobId(id)) continue;
          const { startTime, executionTime = startTime, typedSearchAttributes, type } = info;
          const status = await statusOfListed(info);
          const memo = Memo.parse(info.memo ?? {});
          found.push({
            ref: ids.refOf(caller, id),
            tool: typedSearchAttributes.get(TOOL) ?? type,
            status,
            startedAt: acceptedAt(info),
            beginsAt: status === 'running' && executionTime.getTime() > Date.now() ? executionTime : undefined,
            args: memo[MEMO_JOB]?.args,
            questions: status === 'input_required' ? memo[MEMO_QUESTIONS] : [],
          });
          if (found.length === limit) break;
        }
        return found;
      });
    },

    running: countOf(() => `${RUNNING} AND ExecutionTime <= '${new Date().toISOString()}'`),
    putOff: countOf(() => `${RUNNING} AND ExecutionTime > '${new Date().toISOString()}'`),

    durations(tenant, tool) {
      const query = `${ofTenant(tenant)} AND ${ofTool(tool)} AND ExecutionStatus = 'Completed'`;
      return ask(async () => {
        const past: number[] = [];
        for await (const info of client.workflow.list({ query, pageSize: PAST_MAX })) {
          const { startTime, executionTime = startTime, closeTime } = info;
          const delayMs = executionTime.getTime() - startTime.getTime();
          if (closeTime) past.push(closeTime.getTime() - acceptedAt(info).getTime() - delayMs);
          if (past.length === PAST_MAX) break;
        }
        return past;
      });
    },
  };
}

/** When the job was accepted: one that went on in a new run is listed by that, which began later. */
function acceptedAt({ memo, startTime }: WorkflowExecutionInfo): Date {
  return new Date(Memo.parse(memo ?? {})[MEMO_JOB]?.at ?? startTime);
}
