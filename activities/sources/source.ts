/** What a source of documents is, and how what it finds is bounded before anybody sees it. */
import type { Hit } from '../../workflows/search-sources/tool';
import { dateOf, lineOf } from './text';

/** Which part of the results is wanted. */
export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

/** Something that can be searched. */
export interface Source {
  readonly name: string;
  /**
   * Searches, best hits first.
   *
   * @param page - the hits may be fewer than `limit` though there are more: what cannot be shown is left out
   * @throws ApplicationFailure `unavailable` or `refused`, in words that name the source
   */
  search(query: string, page: Slice, signal: AbortSignal): Promise<Hit[]>;
}

/** What a source says of a document, before it is checked. */
export interface Candidate {
  readonly title: string;
  readonly url: string;
  readonly snippet?: string | null | undefined;
  readonly published?: string | null | undefined;
}

const TITLE_MAX = 300;
const SNIPPET_MAX = 500;
const URL_MAX = 2_000;

/**
 * The hits among the candidates; what has no title, or an address that cannot be read, is left out.
 *
 * @param protocols - of the addresses that the source may name
 */
export function hitsOf(source: string, candidates: readonly Candidate[], protocols = ['https:', 'http:']): Hit[] {
  return candidates.flatMap((candidate) => {
    const title = lineOf(candidate.title, TITLE_MAX);
    const url = URL.canParse(candidate.url) ? new URL(candidate.url) : undefined;
    if (title === '' || url === undefined || url.href.length > URL_MAX || !protocols.includes(url.protocol)) return [];
    const published = dateOf(candidate.published);
    const snippet = lineOf(candidate.snippet ?? '', SNIPPET_MAX);
    return [{ title, url: url.href, snippet, source, ...(published !== undefined && { published }) }];
  });
}
