/** Reads the replies of the sources and of the model: takes from each the few fields that are used, all of them bounded. */
import { z } from 'zod';
import { decoded } from './charset';
import { completionIn } from './completion';
import type { FeedEntry } from './feed-entry';
import { feedEntriesOf } from './feed-entries';
import type { FeedEntries } from './feed-entries';
import { jsonFeedEntriesOf } from './feed-json';
import { htmlTextOf } from './html';
import { githubRefusalIn, modelRefusalIn } from './refusals';
import { lineOf } from './text';
import { searchedText } from './words';

/** A reply as it came. */
export interface Received {
  /** Where it came from, after redirects. */
  readonly url: string;
  readonly body: Uint8Array;
  /** Its header `content-type`. */
  readonly type?: string | undefined;
  /** Only for a feed, since no site searches it for us: the words that an entry must have to be wanted. */
  readonly words?: readonly string[] | undefined;
}

/** Most entries of one list: more than a search that is paged can ask for. */
const MOST_ENTRIES = 1_000;
/** How much is kept of a field, characters: more than is shown of any, so that an address which is cut is too long to be taken. */
const FIELD_MAX = 4_000;
/** How much is kept of a text that may have HTML, characters. */
const TEXT_MAX = 2_000;
const field = z.string().transform((text) => text.slice(0, FIELD_MAX));
const html = z.string().transform((text) => htmlTextOf(text, TEXT_MAX).text);

/** How many results there are, as the source counts them. Absent when it does not say so. */
const count = z.int().nonnegative().optional().catch(undefined);

const wikipedia = z.object({
  query: z.object({
    search: listOf(z.object({ title: field, snippet: html })),
    searchinfo: z.object({ totalhits: count }).optional().catch(undefined),
  }),
});

const hackerNews = z.object({
  hits: listOf(
    z.object({
      objectID: z.string().regex(/^\d{1,20}$/),
      title: field,
      /** Absent in a story that has a text instead of a link. */
      url: field.nullish(),
      story_text: html.nullish(),
      points: z.number().nullish(),
      num_comments: z.number().nullish(),
      created_at: field.nullish(),
    }),
  ),
  nbHits: count,
});

const github = z.object({
  items: listOf(
    z.object({
      full_name: field,
      html_url: field,
      /** A token may see private repositories, which callers must not. */
      private: z.boolean(),
      description: field.nullish(),
      language: field.nullish(),
      stargazers_count: z.number().nullish(),
      pushed_at: field.nullish(),
    }),
  ),
  /** GitHub's own time for the search was over before it was done. */
  incomplete_results: z.boolean().default(false),
  total_count: count,
});

/** The name of an engine, and why it did not answer. */
const engine = z.tuple([z.string()], z.unknown()).transform(([name]) => lineOf(name, 40));

const searxng = z.object({
  results: listOf(z.object({ title: field, url: field, content: field.nullish(), publishedDate: field.nullish() })),
  unresponsive_engines: listOf(engine).prefault([]),
});

/** One for each kind of reply. They may throw. */
const READERS = {
  wikipedia: jsonOf(wikipedia),
  hackerNews: jsonOf(hackerNews),
  github: jsonOf(github),
  searxng: jsonOf(searxng),
  completion: ({ body, type }: Received) => completionIn(decoded(body, 'json', type), type),
  githubRefusal: ({ body, type }: Received) => githubRefusalIn(JSON.parse(decoded(body, 'json', type))),
  modelRefusal: ({ body, type }: Received) => modelRefusalIn(JSON.parse(decoded(body, 'json', type))),
  arxiv: (received: Received) => {
    const feed = feedIn(received);
    return feed && { ...feed, entries: feed.entries.map(bounded) };
  },
  feed: (received: Received) => {
    const feed = feedIn(received);
    return feed && { ...feed, entries: feed.entries.filter(hasAll(received.words ?? [])).map(bounded) };
  },
};

export type ReplyKind = keyof typeof READERS;
export type Reply<K extends ReplyKind> = NonNullable<ReturnType<(typeof READERS)[K]>>;

/**
 * What is used of a reply. A stranger wrote it: call it by `reading`.
 *
 * @returns undefined when the reply is not of its kind
 */
export function replyIn({ kind, ...received }: { readonly kind: ReplyKind } & Received): unknown {
  try {
    return READERS[kind](received);
  } catch {
    return undefined;
  }
}

function jsonOf<T>(shape: z.ZodType<T>): (received: Received) => T {
  return ({ body, type }) => shape.parse(JSON.parse(decoded(body, 'json', type)));
}

/** The entries of a list that can be read, and how many others it has. */
export interface List<T> {
  readonly entries: readonly T[];
  readonly unread: number;
}

/** A schema for a list: what does not fit `shape`, or is beyond the most, is counted. */
function listOf<T>(shape: z.ZodType<T>) {
  return z.array(z.unknown()).transform((all): List<T> => {
    const entries = all.slice(0, MOST_ENTRIES).flatMap((entry) => {
      const { success, data } = shape.safeParse(entry);
      return success ? [data] : [];
    });
    return { entries, unread: all.length - entries.length };
  });
}

function feedIn({ body, type, url }: Received): FeedEntries | undefined {
  const isJson = /^(?:\uFEFF)?\s*\{/.test(Buffer.from(body.subarray(0, 100)).toString());
  return isJson ? jsonFeedEntriesOf(decoded(body, 'json', type), url) : feedEntriesOf(decoded(body, 'xml', type), url);
}

function bounded({ title, link, text, published }: FeedEntry): FeedEntry {
  const short = (given: string): string => given.slice(0, FIELD_MAX);
  return { title: short(title), link: short(link), text: short(text), published };
}

function hasAll(words: readonly string[]): (entry: FeedEntry) => boolean {
  return ({ title, text }) => {
    const { times } = searchedText(`${title} ${text}`);
    return words.length > 0 && words.every((word) => times(word) > 0);
  };
}
