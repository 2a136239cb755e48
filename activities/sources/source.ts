/** What a source of documents is, and the limits on what it finds. */
import type { Hit, Skipped } from '../../workflows/search-sources/tool';
import { dateOf } from './date';
import { lineOf } from './text';

/** The part of the results that is wanted. */
export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

/** Told of what a search leaves out although it succeeds, so that nothing is left out in silence. */
export type Skip = (what: Skipped) => void;

/** Something that can be searched. */
export interface Source {
  readonly name: string;
  /** Sources inside this one that can be searched alone, by names of their own that begin with its name and a slash. */
  readonly parts?: readonly Source[];
  /**
   * Searches, best hits first.
   *
   * @param slice - fewer hits than its `limit` do not mean that there are no more: those that cannot be shown are left out
   * @param skip - absent when nobody asks what was left out
   * @throws ApplicationFailure `unavailable` or `refused`, in words that name the source
   */
  search(query: string, slice: Slice, signal: AbortSignal, skip?: Skip): Promise<Hit[]>;
}

/** A document as a source describes it, not checked yet. */
export interface Candidate {
  readonly title: string;
  readonly url: string;
  readonly snippet?: string | null | undefined;
  readonly published?: string | null | undefined;
}

/** All in characters. */
const TITLE_MAX = 300;
const SNIPPET_MAX = 500;
const URL_MAX = 2_000;

/**
 * Turns candidates into hits. Candidates without a title, or without a valid address, are left out.
 *
 * @param skip - told how many
 * @param protocols - which addresses the source may name
 */
export function hitsOf(
  source: string,
  candidates: readonly Candidate[],
  skip?: Skip,
  protocols = ['https:', 'http:'],
): Hit[] {
  const hits = candidates.flatMap((candidate) => {
    const title = lineOf(candidate.title, TITLE_MAX);
    const url = URL.canParse(candidate.url) ? new URL(candidate.url) : undefined;
    if (title === '' || url === undefined || url.href.length > URL_MAX || !protocols.includes(url.protocol)) return [];
    const published = dateOf(candidate.published);
    const snippet = lineOf(candidate.snippet ?? '', SNIPPET_MAX);
    return [{ title, url: url.href, snippet, source, ...(published !== undefined && { published }) }];
  });
  const left = candidates.length - hits.length;
  if (left > 0) skip?.({ what: source, why: `${resultsOf(left)} without a title or an address that can be shown.` });
  return hits;
}

/** A number of results, in words. */
export const resultsOf = (count: number): string => (count === 1 ? '1 result' : `${count} results`);
