/** Stories of Hacker News, through its search at Algolia. */
import type { Egress } from '../egress/egress';
import { addressOf, fetchRead } from './fetch';
import { tellHoles } from './holes';
import { sliceOf } from './pages';
import { hitsOf } from './source';
import type { Source } from './source';

export interface HackerNewsConfig {
  /** Another place of the API, such as a mirror. */
  readonly baseUrl?: string | undefined;
}

export function createHackerNewsSource(
  { baseUrl = 'https://hn.algolia.com' }: HackerNewsConfig,
  egress: Egress,
): Source {
  const name = 'hacker_news';
  return {
    name,
    async search(query, page, signal, skip) {
      const who = 'Hacker News';
      const stories = await sliceOf(page, async (number, size) => {
        const parameters = { query, tags: 'story', page: number, hitsPerPage: size };
        const url = addressOf(baseUrl, '/api/v1/search', parameters);
        const { hits, nbHits: total } = await fetchRead(egress, 'hackerNews', { who, url, signal });
        const sent = hits.entries.length + hits.unread;
        tellHoles({ name, who, offset: number * size, limit: size, sent, unread: hits.unread, total }, skip);
        return hits.entries;
      });
      return hitsOf(
        name,
        stories.map((story) => ({
          title: story.title,
          url: story.url || `https://news.ycombinator.com/item?id=${story.objectID}`,
          snippet: `${story.points ?? 0} points, ${story.num_comments ?? 0} comments. ${story.story_text ?? ''}`,
          published: story.created_at,
        })),
        skip,
      );
    },
  };
}
