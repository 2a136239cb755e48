/** The web, through an instance of SearXNG. Its settings must list `json` among the formats. */
import type { Egress } from '../egress/egress';
import { failure } from '../failure';
import { addressOf, fetchRead } from './fetch';
import { tellHoles } from './holes';
import type { List, Reply } from './replies';
import { hitsOf } from './source';
import type { Source } from './source';

export interface SearxngConfig {
  readonly url: string;
}

/** Most result pages that are read: SearXNG decides how many results a page has. */
const PAGES_MAX = 5;

type Entry = Reply<'searxng'>['results'] extends List<infer T> ? T : never;

export function createSearxngSource({ url }: SearxngConfig, egress: Egress): Source {
  const name = 'searxng';
  const who = 'SearXNG';
  return {
    name,
    async search(query, { offset, limit }, signal, skip) {
      const results: Entry[] = [];
      let unread = 0;
      let page = 0;
      let isOver = false;
      const silent = new Set<string>();
      while (page < PAGES_MAX && results.length < offset + limit && !isOver) {
        page += 1;
        const address = addressOf(url, '/search', { q: query, format: 'json', pageno: page });
        const reply = await fetchRead(egress, 'searxng', { who, url: address, signal });
        const { entries } = reply.results;
        isOver = entries.length + reply.results.unread === 0;
        if (page === 1 && isOver && reply.unresponsive_engines.entries.length > 0) {
          // Otherwise a search that no engine answered would look like one that found nothing.
          throw failure('unavailable', `${who} had no answer from the engines that it asks. Try again later.`);
        }
        reply.unresponsive_engines.entries.forEach((engine) => silent.add(engine));
        results.push(...entries);
        unread += reply.results.unread;
      }
      tellHoles({ name, who, offset: 0, limit, sent: results.length + unread, unread }, skip);
      if (!isOver && results.length < offset + limit)
        skip?.({ what: name, why: `Only the first ${PAGES_MAX} pages of what ${who} found were read.` });
      for (const engine of silent)
        skip?.({ what: `${name} (${engine})`, why: `${who} had no answer from this engine.`, again: name });
      return hitsOf(
        name,
        results.slice(offset, offset + limit).map(({ content, publishedDate, ...result }) => ({
          ...result,
          snippet: content,
          published: publishedDate,
        })),
        skip,
      );
    },
  };
}
