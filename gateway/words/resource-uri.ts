/** The address of a job's result as an MCP resource: `holdfast://job/<id>/result`, with `?offset=` for later pages. */
import type { JobId } from '../../workflows/contract';
import { isJobId } from '../ids';

/** RFC 6570 template of the addresses. */
export const RESULT_TEMPLATE = 'holdfast://job/{job_id}/result{?offset}';

export function resultUri(id: JobId, offset = 0): string {
  return `holdfast://job/${id}/result${offset === 0 ? '' : `?offset=${offset}`}`;
}

/** What an address names; undefined when it is not one of ours. */
export function resultAt(uri: string): { readonly id: JobId; readonly offset: number } | undefined {
  const [, id = '', offset = '0'] = /^holdfast:\/\/job\/([^/?#]+)\/result(?:\?offset=(\d{1,9}))?$/.exec(uri) ?? [];
  const named = decoded(id);
  return isJobId(named) ? { id: named, offset: Number(offset) } : undefined;
}

/** An expansion of the template may escape the colons of an id (RFC 6570, 3.2.1). */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
