/** Articles of Wikipedia, through the action API of MediaWiki. */
import type { Egress } from '../egress/egress';
import { addressOf, fetchRead } from './fetch';
import { tellHoles } from './holes';
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
    async search(query, { offset, limit }, signal, skip) {
      const who = 'Wikipedia';
      const parameters = { action: 'query', list: 'search', format: 'json', formatversion: 2, srprop: 'snippet' };
      const { query: found } = await fetchRead(egress, 'wikipedia', {
        who,
        url: addressOf(baseUrl, '/w/api.php', { ...parameters, srsearch: query, sroffset: offset, srlimit: limit }),
        signal,
      });
      const { entries, unread } = found.search;
      const total = found.searchinfo?.totalhits;
      tellHoles({ name, who, offset, limit, sent: entries.length + unread, unread, total }, skip);
      return hitsOf(
        name,
        entries.map(({ title, snippet }) => ({
          title,
          url: `${baseUrl}/wiki/${encodeURIComponent(lineOf(title, 300).replaceAll(' ', '_'))}`,
          snippet,
        })),
        skip,
      );
    },
  };
}
