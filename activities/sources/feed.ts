/** The feeds that the operator lists. A search finds the entries that have every word of the query, newest first. */
import pLimit from 'p-limit';
import type { Egress } from '../egress/egress';
import { decoded } from './charset';
import { feedEntriesOf } from './feed-entries';
import type { FeedEntry } from './feed-entries';
import { fetchReply, unreadable } from './fetch';
import { hitsOf } from './source';
import type { Candidate, Source } from './source';
import { dateOf, wordsOf } from './text';

/** Most feeds that are fetched at the same time. */
const AT_ONCE = 4;

/** A feed that does not answer is left out. When none answers, the search fails with the error of the first. */
export function createFeedsSource(urls: readonly string[], egress: Egress): Source {
  const name = 'feeds';

  async function entriesAt(url: string, signal: AbortSignal): Promise<Candidate[]> {
    const who = `The feed of ${new URL(url).host}`;
    const accept = 'application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9';
    const reply = await fetchReply(egress, { who, url, accept, redirects: 3, signal });
    const entries = feedEntriesOf(decoded(reply.body, reply.headers['content-type']));
    if (entries === undefined) throw unreadable(who);
    return entries.map((entry) => candidateOf(entry, reply.url));
  }

  return {
    name,
    async search(query, { offset, limit }, signal) {
      const inTurn = pLimit(AT_ONCE);
      const answers = await Promise.allSettled(urls.map((url) => inTurn(() => entriesAt(url, signal))));
      const [failed] = answers.filter((answer) => answer.status === 'rejected');
      if (failed && answers.every((answer) => answer.status === 'rejected')) throw failed.reason;
      const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      const words = wordsOf(query);
      const matching = found.filter(({ title, snippet }) => {
        const held = new Set(wordsOf(`${title} ${snippet}`));
        return words.length > 0 && words.every((word) => held.has(word));
      });
      const newestFirst = matching.sort((a, b) => (b.published ?? '').localeCompare(a.published ?? ''));
      return hitsOf(name, newestFirst.slice(offset, offset + limit));
    },
  };
}

function candidateOf({ title, link, text, published }: FeedEntry, feed: string): Candidate {
  const url = link !== '' && URL.canParse(link, feed) ? new URL(link, feed).href : '';
  return { title, url, snippet: text, published: dateOf(published) };
}
