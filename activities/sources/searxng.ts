/** The web, through an instance of SearXNG. Its settings must list `json` among the formats. */
import { z } from 'zod';
import type { Egress } from '../egress/egress';
import { failure } from '../failure';
import { addressOf, fetchJson, listOf } from './fetch';
import { hitsOf } from './source';
import type { Source } from './source';

export interface SearxngConfig {
  readonly url: string;
}

/** Most result pages that are read: SearXNG decides how many results a page has. */
const PAGES_MAX = 5;

const Result = z.object({
  title: z.string(),
  url: z.string(),
  content: z.string().nullish(),
  publishedDate: z.string().nullish(),
});

const Reply = z.object({ results: listOf(Result), unresponsive_engines: z.array(z.unknown()).default([]) });

export function createSearxngSource({ url }: SearxngConfig, egress: Egress): Source {
  const name = 'searxng';
  const who = 'SearXNG';
  return {
    name,
    async search(query, { offset, limit }, signal) {
      const results: z.infer<typeof Result>[] = [];
      for (let page = 1; page <= PAGES_MAX && results.length < offset + limit; page += 1) {
        const address = addressOf(url, '/search', { q: query, format: 'json', pageno: page });
        const reply = await fetchJson(egress, Reply, { who, url: address, signal });
        if (page === 1 && reply.results.length === 0 && reply.unresponsive_engines.length > 0) {
          // Otherwise a search that no engine answered would look like one that found nothing.
          throw failure('unavailable', `${who} had no answer from the engines that it asks. Try again later.`);
        }
        if (reply.results.length === 0) break;
        results.push(...reply.results);
      }
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
