/** Jobs that do not go on: over their time, failing, or with a next step that nobody takes. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { Store } from '../../gateway/jobs/connection';
import { viewOf } from '../../gateway/jobs/view';
import type { JobView } from '../../gateway/jobs/view';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { spanText } from './finding';
import type { Finding } from './finding';

/** Jobs that are looked at, how many at one time, and how many are told of. */
const [LOOKED_AT, AT_ONCE, SHOWN] = [200, 10, 10];

export async function stuckJobs(store: Store): Promise<Finding[]> {
  const { client, ask } = store;
  const query = `${SEARCH_ATTRIBUTES.tool} IS NOT NULL AND ExecutionStatus = 'Running' AND ExecutionTime <= '${new Date().toISOString()}'`;
  const { count } = await ask(() => client.workflow.count(query));
  const running = await ask(async () => {
    const found: WorkflowExecutionInfo[] = [];
    for await (const info of client.workflow.list({ query, pageSize: LOOKED_AT })) {
      found.push(info);
      if (found.length === LOOKED_AT) break;
    }
    return found;
  });
  const stuck: { readonly id: string; readonly why: string }[] = [];
  for (let at = 0; at < running.length; at += AT_ONCE) {
    const looked = running.slice(at, at + AT_ONCE).map(async ({ workflowId }) => {
      const view = await lookAt(store, workflowId);
      const why = view && whyStuck(view);
      if (why !== undefined) stuck.push({ id: workflowId, why });
    });
    await Promise.all(looked);
  }
  const some = count > running.length ? `, of which ${running.length} were looked at` : '';
  if (stuck.length === 0) return [{ is: 'well', what: `${count} jobs run${some}; none is stuck` }];
  return [
    { is: 'ill', what: `${count} jobs run${some}; ${stuck.length} are stuck` },
    ...stuck.slice(0, SHOWN).map(({ id, why }): Finding => ({ is: 'ill', what: `Job ${id}: ${why}` })),
  ];
}

/** How a job is; undefined when it has ended meanwhile. */
async function lookAt({ askOf }: Store, workflowId: string): Promise<JobView | undefined> {
  const ref = { id: (workflowId.split('/').at(-1) ?? '') as JobView['ref']['id'], workflowId };
  const description = await askOf(ref, (handle) => handle.describe());
  return description.status.name === 'RUNNING' || description.status.name === 'PAUSED'
    ? viewOf(ref, description, undefined)
    : undefined;
}

function whyStuck({ trouble, unclaimed, startedAt, ttlMs, keptMs }: JobView): string | undefined {
  if (trouble !== undefined) return trouble;
  if (unclaimed)
    return `no worker takes its next ${unclaimed.type === 'workflow' ? 'decision' : 'step'} from the queue ${unclaimed.name}${unclaimed.build === undefined ? '' : `; only one with the code ${unclaimed.build} may`}`;
  const overdueMs = Date.now() - (startedAt.getTime() + ttlMs - keptMs);
  return overdueMs > 0 ? `it should have ended ${spanText(overdueMs)} ago` : undefined;
}
