/** The feeds that the operator lists. A search finds the entries that have every word of the query, newest first. */
import { ApplicationFailure } from '@temporalio/common';
import pLimit from 'p-limit';
import type { FailureDetail } from '../../workflows/contract';
import type { Skipped } from '../../workflows/search-sources/tool';
import type { Egress } from '../egress/egress';
import { failure } from '../failure';
import { fetchRead } from './fetch';
import type { FeedEntry } from './feed-entry';
import { resultsOf } from './source';
import { hitsOf } from './source';
import type { Skip, Source } from './source';
import { wordsOf } from './words';

const NAME = 'feeds';
/** Most feeds that are fetched at the same time. */
const AT_ONCE = 8;
/** How long one feed may take, and all together, milliseconds: feeds that hang must leave time for the others within a step. */
const FEED_MS = 6_000;
const ALL_MS = 9_000;

interface Feed {
  readonly name: string;
  readonly url: string;
}

/** Each feed is a part that can be searched alone. When no feed answers, the search fails. */
export function createFeedsSource(urls: readonly string[], egress: Egress): Source {
  const feeds = urls.map((url, n) => ({ url, name: `${NAME}/${nameIn(urls, n)}` }));
  const all = sourceOf(NAME, feeds, egress);
  return feeds.length > 1 ? { ...all, parts: feeds.map((feed) => sourceOf(feed.name, [feed], egress)) } : all;
}

/** The host, and a number from the second feed there: a path may be the secret of a private feed. */
function nameIn(urls: readonly string[], n: number): string {
  const { host } = new URL(urls[n] ?? '');
  const earlier = urls.slice(0, n).filter((url) => new URL(url).host === host).length;
  return earlier === 0 ? host : `${host}/${earlier + 1}`;
}

function sourceOf(name: string, feeds: readonly Feed[], egress: Egress): Source {
  return {
    name,
    async search(query, { offset, limit }, signal, skip) {
      const inTurn = pLimit(AT_ONCE);
      const until = Date.now() + ALL_MS;
      const words = wordsOf(query);
      const answers = await Promise.all(
        feeds.map((feed) =>
          inTurn(() => entriesOf(feed, words, until, egress, signal, skip)).catch((error: unknown) => {
            if (error instanceof ApplicationFailure) return { feed, error };
            throw error;
          }),
        ),
      );
      const failed = answers.filter((answer) => 'error' in answer);
      const [first, ...others] = failed.map(({ error }) => error);
      if (first && failed.length === feeds.length) throw failureOf(first, others);
      for (const { feed, error } of failed) skip?.(skippedOf(feed, error));
      const newestFirst = answers
        .flatMap((answer) => ('error' in answer ? [] : answer))
        .sort((a, b) => (b.published ?? '').localeCompare(a.published ?? ''));
      const candidates = newestFirst.map(({ title, link, text, published }) => ({
        title,
        url: link,
        snippet: text,
        published,
      }));
      return hitsOf(NAME, candidates.slice(offset, offset + limit));
    },
  };
}

/**
 * The entries that have the words.
 *
 * @param until - when the time of all feeds is over, by the clock
 */
async function entriesOf(
  { name, url }: Feed,
  words: readonly string[],
  until: number,
  egress: Egress,
  signal: AbortSignal,
  skip: Skip | undefined,
): Promise<FeedEntry[]> {
  const who = `The feed of ${new URL(url).host}`;
  const timeoutMs = Math.min(FEED_MS, until - Date.now());
  if (timeoutMs <= 0) throw failure('unavailable', `${who} was not asked: others had taken all the time. Try again.`);
  const accept =
    'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1';
  const request = { who, url, accept, redirects: 3, timeoutMs, signal, words };
  const { entries, hole } = await fetchRead(egress, 'feed', request);
  if (hole !== undefined) skip?.({ what: name, why: `${who} was read in part: ${hole}.` });
  const shown = entries.filter(({ title, link }) => title !== '' && link !== '');
  const left = entries.length - shown.length;
  if (left > 0) skip?.({ what: name, why: `${who} has ${resultsOf(left)} without an address.` });
  return shown;
}

function skippedOf({ name }: Feed, error: ApplicationFailure): Skipped {
  const after = waitAsked(error);
  return {
    what: name,
    why: error.message,
    ...(after !== undefined && { retry_after_s: Math.ceil(after / 1000) }),
    again: name,
  };
}

/** The failure of a search in which every feed failed: worth another attempt if one of the feeds is. It names them all. */
function failureOf(first: ApplicationFailure, others: readonly ApplicationFailure[]): ApplicationFailure {
  if (others.length === 0) return first;
  const errors = [first, ...others];
  const later = errors.find(({ nonRetryable }) => nonRetryable !== true);
  const sentences = [...new Set(errors.map(({ message }) => message))].join(' ');
  return failure(later ? 'unavailable' : 'refused', sentences, first, 'none', later && waitAsked(later));
}

/** How long the failure's site asked to wait, milliseconds, if it did. */
function waitAsked({ details }: ApplicationFailure): number | undefined {
  const [detail] = (details ?? []) as FailureDetail[];
  return detail?.retryAfterMs;
}
