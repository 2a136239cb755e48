/** Reads any slice of a list that a source offers in numbered pages of one size. */
import type { Slice } from './source';

/** @param fetchPage - called with a page's number, from 0, and its size. The last page may be shorter; those after it are empty. */
export async function sliceOf<T>(
  { offset, limit }: Slice,
  fetchPage: (number: number, size: number) => Promise<readonly T[]>,
): Promise<T[]> {
  const first = Math.floor(offset / limit);
  const skipped = offset % limit;
  const entries = [...(await fetchPage(first, limit))];
  // A slice that begins in the middle of a page reaches into the next one.
  if (skipped > 0) entries.push(...(await fetchPage(first + 1, limit)));
  return entries.slice(skipped, skipped + limit);
}
