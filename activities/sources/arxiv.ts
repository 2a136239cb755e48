/** Preprints of arXiv, through its Atom API. */
import type { Egress } from '../egress/egress';
import { failure } from '../failure';
import type { FeedEntry } from './feed-entry';
import { addressOf, fetchRead } from './fetch';
import { tellHoles } from './holes';
import { createPace } from './pace';
import { hitsOf } from './source';
import type { Source } from './source';
import { wordsOf } from './words';

export interface ArxivConfig {
  /** Another place of the API, such as a mirror. */
  readonly baseUrl?: string | undefined;
}

/** Time between two requests, milliseconds: arXiv's terms of use ask for it. */
const PACE_MS = 3_000;

export function createArxivSource({ baseUrl = 'https://export.arxiv.org' }: ArxivConfig, egress: Egress): Source {
  const name = 'arxiv';
  const who = 'arXiv';
  const turn = createPace(PACE_MS);
  return {
    name,
    async search(query, { offset, limit }, signal, skip) {
      // Only the words: arXiv reads quotes, colons and brackets as operators, and an unbalanced one is an error.
      const words = wordsOf(query).flatMap((word) => word.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []);
      const terms = words.map((word) => `all:${word}`);
      if (terms.length === 0) return [];
      const parameters = { search_query: terms.join(' AND '), start: offset, max_results: limit };
      await turn(who, signal);
      const url = addressOf(baseUrl, '/api/query', parameters);
      const feed = await fetchRead(egress, 'arxiv', { who, url, accept: 'application/atom+xml', signal });
      const { entries, hole, total } = feed;
      // arXiv reports errors as entries, too. Only papers have an address with /abs/.
      if (entries.some(({ link }) => link.includes('/api/errors')) && !entries.some(isPaper))
        throw failure('refused', `${who} answered with an error to this query.`);
      tellHoles({ name, who, offset, limit, sent: entries.length, unread: 0, total, isExact: true }, skip);
      if (hole !== undefined)
        skip?.({ what: name, why: `The answer of ${who} is a feed of which ${hole}.`, again: name });
      return hitsOf(
        name,
        entries.filter(isPaper).map(({ title, link, text, published }) => ({
          title,
          url: link.replace(/^http:/, 'https:'),
          snippet: text,
          published,
        })),
        skip,
      );
    },
  };
}

const isPaper = ({ link }: FeedEntry): boolean => link.includes('/abs/');
