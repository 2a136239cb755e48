/** Temporal's Web UI, where a job can be looked at in full. */
import type { GatewayConfig } from '../config';
import type { JobRef } from '../ids';

/** Finds the address of a job there; undefined where the operator has named no Web UI. */
export function createAuditOf({
  temporalUi,
  temporal,
}: Pick<GatewayConfig, 'temporalUi' | 'temporal'>): (ref: JobRef) => string | undefined {
  if (temporalUi === undefined) return () => undefined;
  const base = `${temporalUi}/namespaces/${temporal.namespace}/workflows`;
  return ({ workflowId }) => `${base}/${encodeURIComponent(workflowId)}`;
}
