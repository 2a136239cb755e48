/** Reads the entries of a JSON Feed. */
import { z } from 'zod';
import { dateOf } from './date';
import type { FeedEntries } from './feed-entries';
import { htmlTextOf } from './html';
import { lineOf } from './text';

/** As in a feed of XML. */
const MOST_ENTRIES = 1_000;
const TITLE_MAX = 100;

const text = z.string().nullish().catch(undefined);
const item = z.object({
  url: text,
  external_url: text,
  title: text,
  summary: text,
  content_text: text,
  content_html: text,
  date_published: text,
  date_modified: text,
});
const feed = z.object({ version: z.string().startsWith('https://jsonfeed.org/version/'), items: z.array(item) });

/** A title is plain text, in which some feeds write entities of HTML all the same. */
const plain = (title: string): string => (title.includes('<') ? title : htmlTextOf(title, Infinity).text);

/** @returns undefined when the text is not a feed */
export function jsonFeedEntriesOf(json: string, url: string): FeedEntries | undefined {
  const { success, data } = feed.safeParse(JSON.parse(json));
  if (!success) return undefined;
  const entries = data.items.slice(0, MOST_ENTRIES).map((each) => {
    const content = htmlTextOf(each.content_html ?? '', Infinity).text || (each.content_text ?? '');
    const link = each.url?.trim() || each.external_url?.trim() || '';
    return {
      title: plain(each.title?.trim() ?? '') || lineOf(each.summary || content, TITLE_MAX),
      link: link !== '' && URL.canParse(link, url) ? new URL(link, url).href : '',
      text: `${each.summary ?? ''} ${content}`,
      published: dateOf(each.date_published) ?? dateOf(each.date_modified),
    };
  });
  if (data.items.length <= MOST_ENTRIES) return { entries };
  return { entries, hole: `it has more than ${MOST_ENTRIES} entries; the rest was left out` };
}
