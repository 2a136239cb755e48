/** What a source of documents is, and how what it finds is bounded before anybody sees it. */
import { dateOf, lineOf } from './text';

/** One document that a search found. */
export interface Hit {
  readonly title: string;
  /** What `readPage` reads. */
  readonly url: string;
  readonly snippet: string;
  /** Name of the source. */
  readonly source: string;
  /** ISO 8601. */
  readonly published?: string;
}

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
export interface Found {
  readonly title: string;
  readonly url: string;
  readonly snippet?: string | null | undefined;
  readonly published?: string | null | undefined;
}

const TITLE_MAX = 300;
const SNIPPET_MAX = 500;
const URL_MAX = 2_000;

/**
 * The hits among `found`; what has no title, or an address that cannot be read, is left out.
 *
 * @param protocols - of the addresses that the source may name
 */
export function hitsOf(source: string, found: readonly Found[], protocols = ['https:', 'http:']): Hit[] {
  return found.flatMap((document) => {
    const title = lineOf(document.title, TITLE_MAX);
    const url = URL.canParse(document.url) ? new URL(document.url) : undefined;
    if (title === '' || url === undefined || url.href.length > URL_MAX || !protocols.includes(url.protocol)) return [];
    const published = dateOf(document.published);
    const snippet = lineOf(document.snippet ?? '', SNIPPET_MAX);
    return [{ title, url: url.href, snippet, source, ...(published !== undefined && { published }) }];
  });
}
