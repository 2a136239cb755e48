/** News of the feeds that the operator lists: the entries that hold every word of the query, latest first. */
import pLimit from 'p-limit';
import type { Egress } from '../egress';
import { decoded } from './charset';
import { feedEntriesOf } from './feed-entries';
import type { FeedEntry } from './feed-entries';
import { fetchReply, unreadable } from './fetch';
import { hitsOf } from './source';
import type { Candidate, Source } from './source';
import { dateOf, wordsOf } from './text';

export interface FeedsConfig {
  readonly urls: readonly string[];
}

/** Feeds that are fetched at the same time. */
const AT_ONCE = 4;

/** One feed that does not answer is left out; when none does, the search fails as the first of them. */
export function feeds({ egress, urls }: FeedsConfig & { readonly egress: Egress }): Source {
  const name = 'feeds';

  async function entriesAt(url: string, signal: AbortSignal): Promise<Candidate[]> {
    const who = `The feed of ${new URL(url).host}`;
    const accept = 'application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9';
    const reply = await fetchReply(egress, { who, url, accept, redirects: 3, signal });
    const entries = feedEntriesOf(decoded(reply.body, reply.headers['content-type']));
    if (entries === undefined) throw unreadable(who);
    return entries.map((entry) => candidateIn(entry, reply.url));
  }

  return {
    name,
    async search(query, { offset, limit }, signal) {
      const inTurn = pLimit(AT_ONCE);
      const answers = await Promise.allSettled(urls.map((url) => inTurn(() => entriesAt(url, signal))));
      const [silent] = answers.filter((answer) => answer.status === 'rejected');
      if (silent && answers.every((answer) => answer.status === 'rejected')) throw silent.reason;
      const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      const words = wordsOf(query);
      const matching = found.filter(({ title, snippet }) => {
        const held = new Set(wordsOf(`${title} ${snippet}`));
        return words.length > 0 && words.every((word) => held.has(word));
      });
      const latestFirst = matching.sort((a, b) => (b.published ?? '').localeCompare(a.published ?? ''));
      return hitsOf(name, latestFirst.slice(offset, offset + limit));
    },
  };
}

function candidateIn({ title, link, text, published }: FeedEntry, feed: string): Candidate {
  const url = link !== '' && URL.canParse(link, feed) ? new URL(link, feed).href : '';
  return { title, url, snippet: text, published: dateOf(published) };
}
