/** What a workflow began with, from its history: no worker is needed. */
import type { Store } from './connection';

/** The first argument of a workflow. Errors are those of the client. */
export async function beganWith(
  { connection, namespace, decoded }: Pick<Store, 'connection' | 'namespace' | 'decoded'>,
  execution: { readonly workflowId: string; readonly runId?: string },
): Promise<unknown> {
  const { history } = await connection.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution,
    maximumPageSize: 1,
  });
  const [first] = await decoded(history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads);
  return first;
}
