/** Reads any slice of a list that a source offers in numbered pages of one size. */
import type { Slice } from './source';

/** @param fetchPage - called with a number from 0 and the size of a page; a list that ends gives shorter pages, then empty ones */
export async function sliceOf<T>(
  { offset, limit }: Slice,
  fetchPage: (number: number, size: number) => Promise<readonly T[]>,
): Promise<T[]> {
  const first = Math.floor(offset / limit);
  const skipped = offset % limit;
  const entries = [...(await fetchPage(first, limit))];
  // A slice that does not begin where a page does reaches into the next one.
  if (skipped > 0) entries.push(...(await fetchPage(first + 1, limit)));
  return entries.slice(skipped, skipped + limit);
}
