/** Reads the replies of the sources and of the model: takes from each the few fields that are used, all of them bounded. */
import { z } from 'zod';
import { head } from '../../workflows/cut';
import { decoded } from './charset';
import { feedEntriesOf } from './feed-entries';
import type { FeedEntry } from './feed-entries';
import { htmlTextOf } from './html';
import { dateOf, lineOf, wordsOf } from './text';

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
/** Longest answer of a model, characters. The rest is cut. */
const ANSWER_MAX = 20_000;

const field = z.string().transform((text) => text.slice(0, FIELD_MAX));
const html = z.string().transform((text) => htmlTextOf(text, TEXT_MAX).text);

const wikipedia = z.object({
  query: z.object({ search: listOf(z.object({ title: field, snippet: html })) }),
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
});

const github = z.object({
  items: listOf(
    z.object({
      full_name: field,
      html_url: field,
      /** A token may see private repositories, which callers must not. */
      private: z.literal(false),
      description: field.nullish(),
      language: field.nullish(),
      stargazers_count: z.number().nullish(),
      pushed_at: field.nullish(),
    }),
  ),
  /** GitHub's own time for the search was over before it was done. */
  incomplete_results: z.boolean().default(false),
});

/** The name of an engine, and why it did not answer. */
const engine = z.tuple([z.string()], z.unknown()).transform(([name]) => lineOf(name, 40));

const searxng = z.object({
  results: listOf(z.object({ title: field, url: field, content: field.nullish(), publishedDate: field.nullish() })),
  unresponsive_engines: listOf(engine).default([]),
});

const completion = z
  .object({ choices: z.tuple([z.object({ message: z.object({ content: z.string() }) })], z.unknown()) })
  .transform(({ choices: [{ message }] }) => ({ text: head(message.content.trim(), ANSWER_MAX) }));

/** One for each kind of reply. They may throw. */
const READERS = {
  wikipedia: jsonOf(wikipedia),
  hackerNews: jsonOf(hackerNews),
  github: jsonOf(github),
  searxng: jsonOf(searxng),
  completion: jsonOf(completion),
  arxiv: ({ body, type }: Received) => feedEntriesOf(decoded(body, type))?.map(bounded),
  feed: ({ body, type, words = [], url }: Received) =>
    feedEntriesOf(decoded(body, type))
      ?.filter(({ title, text }) => hasAll(words, `${title} ${text}`))
      .map(bounded)
      .map(({ title, link, text, published }) => ({
        title,
        url: link !== '' && URL.canParse(link, url) ? new URL(link, url).href : '',
        snippet: text,
        published: dateOf(published),
      })),
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
  return ({ body }) => shape.parse(JSON.parse(Buffer.from(body).toString()));
}

/** A schema for a list: it keeps the entries that fit `shape` and drops the others, and what is beyond the most. */
function listOf<T>(shape: z.ZodType<T>) {
  return z.array(z.unknown()).transform((entries) =>
    entries.slice(0, MOST_ENTRIES).flatMap((entry) => {
      const { success, data } = shape.safeParse(entry);
      return success ? [data] : [];
    }),
  );
}

function bounded({ title, link, text, published }: FeedEntry): FeedEntry {
  const short = (given: string): string => given.slice(0, FIELD_MAX);
  return { title: short(title), link: short(link), text: short(text), published: published && short(published) };
}

function hasAll(words: readonly string[], text: string): boolean {
  const held = new Set(wordsOf(text));
  return words.length > 0 && words.every((word) => held.has(word));
}
