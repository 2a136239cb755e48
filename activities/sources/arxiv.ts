/** Preprints of arXiv, through its Atom API. */
import type { Egress } from '../egress';
import { feedEntriesOf } from './feed-entries';
import { addressOf, fetchReply, unreadable } from './fetch';
import { pacedBy } from './pace';
import { hitsOf } from './source';
import type { Source } from './source';
import { wordsOf } from './text';

export interface ArxivConfig {
  readonly baseUrl?: string | undefined;
}

/** What its terms of use ask for. */
const APART_MS = 3_000;

export function arxiv({
  egress,
  baseUrl = 'https://export.arxiv.org',
}: ArxivConfig & { readonly egress: Egress }): Source {
  const name = 'arxiv';
  const who = 'arXiv';
  const turn = pacedBy(APART_MS);
  return {
    name,
    async search(query, { offset, limit }, signal) {
      // Words alone: quotes, colons and brackets are a language of their own there, and an error when half of it is missing.
      const terms = wordsOf(query).map((word) => `all:${word}`);
      if (terms.length === 0) return [];
      const parameters = { search_query: terms.join(' AND '), start: offset, max_results: limit };
      await turn(who, signal);
      const url = addressOf(baseUrl, '/api/query', parameters);
      const reply = await fetchReply(egress, { who, url, accept: 'application/atom+xml', signal });
      const entries = feedEntriesOf(reply.body.toString());
      if (entries === undefined) throw unreadable(who);
      return hitsOf(
        name,
        // Its errors look like entries; papers lie at /abs/.
        entries
          .filter(({ link }) => link.includes('/abs/'))
          .map(({ title, link, text, published }) => ({
            title,
            url: link.replace(/^http:/, 'https:'),
            snippet: text,
            published,
          })),
      );
    },
  };
}
