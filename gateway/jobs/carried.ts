/** What every job carries of its call, however it is started: for its workflow, for the Web UI, and for the order in line. */
import { MEMO_JOB } from '../../workflows/contract';
import type { Caller, JobMemo } from '../../workflows/contract';
import type { GatewayConfig } from '../config';
import type { Ids } from '../ids';
import type { Tool } from '../tools';
import { SUBJECT, TENANT, TOOL } from './visibility';

/** Priority of batch work, from 1 to 5; everything else has 3. */
const BATCH = 5;

export type Carried = ReturnType<typeof carriedUnder>;

/** Makes the function that says it. `weights`: the shares of tenants in workers that are short, against the 1 of others. */
export function carriedUnder(weights: GatewayConfig['weights'], ids: Ids) {
  return (
    tool: Tool,
    input: unknown,
    caller: Caller,
    call: Pick<JobMemo, 'argsHash' | 'at' | 'callback' | 'continues'>,
  ) => {
    const { name, policy, ownHandles, listed, route } = tool;
    const memo: JobMemo = { tool: name, caller, policy, ...call, ...(ownHandles && { handles: 'own' }) };
    return {
      taskQueue: route.taskQueue,
      args: [...route.args(input)],
      memo: { [MEMO_JOB]: memo },
      staticSummary: listed.title ?? name,
      typedSearchAttributes: [
        { key: TENANT, value: caller.tenant },
        { key: SUBJECT, value: ids.subjectTag(caller) },
        { key: TOOL, value: name },
      ],
      priority: {
        // Tenants share what workers there are by their weight; within that, batch work gives way.
        fairnessKey: caller.tenant,
        fairnessWeight: weights[caller.tenant] ?? 1,
        ...(tool.batch && { priorityKey: BATCH }),
      },
    };
  };
}
