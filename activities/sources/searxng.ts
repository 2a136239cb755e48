/** The web, through an instance of SearXNG. Its settings must list `json` among the formats. */
import type { Egress } from '../egress/egress';
import { failure } from '../failure';
import { addressOf, fetchRead } from './fetch';
import type { Reply } from './replies';
import { hitsOf } from './source';
import type { Source } from './source';

export interface SearxngConfig {
  readonly url: string;
}

/** Most result pages that are read: SearXNG decides how many results a page has. */
const PAGES_MAX = 5;

export function createSearxngSource({ url }: SearxngConfig, egress: Egress): Source {
  const name = 'searxng';
  const who = 'SearXNG';
  return {
    name,
    async search(query, { offset, limit }, signal, skip) {
      const results: Reply<'searxng'>['results'] = [];
      const silent = new Set<string>();
      for (let page = 1; page <= PAGES_MAX && results.length < offset + limit; page += 1) {
        const address = addressOf(url, '/search', { q: query, format: 'json', pageno: page });
        const reply = await fetchRead(egress, 'searxng', { who, url: address, signal });
        if (page === 1 && reply.results.length === 0 && reply.unresponsive_engines.length > 0) {
          // Otherwise a search that no engine answered would look like one that found nothing.
          throw failure('unavailable', `${who} had no answer from the engines that it asks. Try again later.`);
        }
        reply.unresponsive_engines.forEach((engine) => silent.add(engine));
        if (reply.results.length === 0) break;
        results.push(...reply.results);
      }
      for (const engine of silent)
        skip?.({ what: `${name} (${engine})`, why: `${who} had no answer from this engine.`, again: name });
      return hitsOf(
        name,
        results.slice(offset, offset + limit).map(({ content, publishedDate, ...result }) => ({
          ...result,
          snippet: content,
          published: publishedDate,
        })),
      );
    },
  };
}
