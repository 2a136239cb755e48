/** Stories of Hacker News, through its search at Algolia. */
import { z } from 'zod';
import type { Egress } from '../egress/egress';
import { addressOf, fetchJson, listOf } from './fetch';
import { htmlTextOf } from './html';
import { sliceOf } from './pages';
import { hitsOf } from './source';
import type { Source } from './source';

export interface HackerNewsConfig {
  /** Another place of the API, such as a mirror. */
  readonly baseUrl?: string | undefined;
}

const Story = z.object({
  objectID: z.string().regex(/^\d+$/),
  title: z.string(),
  /** Absent in a story that has a text instead of a link. */
  url: z.string().nullish(),
  story_text: z.string().nullish(),
  points: z.number().nullish(),
  num_comments: z.number().nullish(),
  created_at: z.string().nullish(),
});

const Reply = z.object({ hits: listOf(Story) });

export function createHackerNewsSource(
  { baseUrl = 'https://hn.algolia.com' }: HackerNewsConfig,
  egress: Egress,
): Source {
  const name = 'hacker_news';
  return {
    name,
    async search(query, page, signal) {
      const stories = await sliceOf(page, async (number, size) => {
        const parameters = { query, tags: 'story', page: number, hitsPerPage: size };
        const url = addressOf(baseUrl, '/api/v1/search', parameters);
        return (await fetchJson(egress, Reply, { who: 'Hacker News', url, signal })).hits;
      });
      return hitsOf(
        name,
        stories.map((story) => ({
          title: story.title,
          url: story.url || `https://news.ycombinator.com/item?id=${story.objectID}`,
          snippet: `${story.points ?? 0} points, ${story.num_comments ?? 0} comments. ${htmlTextOf(story.story_text ?? '', 2_000).text}`,
          published: story.created_at,
        })),
      );
    },
  };
}
