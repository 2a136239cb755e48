/**
 * Addresses of MCP resources: of a job's result, `holdfast://job/<id>/result`, with `?offset=` for later pages; and of one block of its
 * content, such as a picture, `holdfast://job/<id>/content/<n>`, counted from 0.
 */
import type { JobId } from '../../workflows/contract';
import { isJobId } from '../ids';

/** RFC 6570 templates of the addresses. */
export const RESULT_TEMPLATE = 'holdfast://job/{job_id}/result{?offset}';
export const CONTENT_TEMPLATE = 'holdfast://job/{job_id}/content/{block}';

export function resultUri(id: JobId, offset = 0): string {
  return `holdfast://job/${id}/result${offset === 0 ? '' : `?offset=${offset}`}`;
}

export function contentUri(id: JobId, block: number): string {
  return `holdfast://job/${id}/content/${block}`;
}

/** The page of a result that an address names; undefined when it names none. */
export function resultAt(uri: string): { readonly id: JobId; readonly offset: number } | undefined {
  const [, id = '', offset = '0'] = /^holdfast:\/\/job\/([^/?#]+)\/result(?:\?offset=(\d{1,9}))?$/.exec(uri) ?? [];
  const named = decoded(id);
  return isJobId(named) ? { id: named, offset: Number(offset) } : undefined;
}

/** The block of content that an address names; undefined when it names none. */
export function contentAt(uri: string): { readonly id: JobId; readonly block: number } | undefined {
  const [, id = '', block = ''] = /^holdfast:\/\/job\/([^/?#]+)\/content\/(\d{1,4})$/.exec(uri) ?? [];
  const named = decoded(id);
  return isJobId(named) ? { id: named, block: Number(block) } : undefined;
}

/** An expansion of the template may escape the colons of an id (RFC 6570, 3.2.1). */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
