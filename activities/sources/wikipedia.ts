/** Articles of Wikipedia, through the action API of MediaWiki. */
import type { Egress } from '../egress/egress';
import { addressOf, fetchRead } from './fetch';
import { hitsOf } from './source';
import type { Source } from './source';
import { lineOf } from './text';

export interface WikipediaConfig {
  /** As in Wikipedia's addresses: `en`, `de`, `zh-min-nan`. */
  readonly language: string;
  /** Another MediaWiki. Its scripts must be at /w and its articles at /wiki. */
  readonly baseUrl?: string | undefined;
}

export function createWikipediaSource(
  { language, baseUrl = `https://${language}.wikipedia.org` }: WikipediaConfig,
  egress: Egress,
): Source {
  const name = 'wikipedia';
  return {
    name,
    async search(query, { offset, limit }, signal) {
      const parameters = { action: 'query', list: 'search', format: 'json', formatversion: 2, srprop: 'snippet' };
      const { query: found } = await fetchRead(egress, 'wikipedia', {
        who: 'Wikipedia',
        url: addressOf(baseUrl, '/w/api.php', { ...parameters, srsearch: query, sroffset: offset, srlimit: limit }),
        signal,
      });
      return hitsOf(
        name,
        found.search.map(({ title, snippet }) => ({
          title,
          url: `${baseUrl}/wiki/${encodeURIComponent(lineOf(title, 300).replaceAll(' ', '_'))}`,
          snippet,
        })),
      );
    },
  };
}
