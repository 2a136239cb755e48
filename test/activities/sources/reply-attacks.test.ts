/** Replies, pages and documents that are made to hold the worker that reads them. The event loop, which all its steps share, goes on. */
import { createArxivSource } from '../../../activities/sources/arxiv';
import { createFeedsSource } from '../../../activities/sources/feed';
import { createFoldersSource } from '../../../activities/sources/folder';
import { createGithubSource } from '../../../activities/sources/github';
import { createHackerNewsSource } from '../../../activities/sources/hacker-news';
import { createPageReader } from '../../../activities/sources/page';
import { createSearxngSource } from '../../../activities/sources/searxng';
import type { Source } from '../../../activities/sources/source';
import { createWikipediaSource } from '../../../activities/sources/wikipedia';
import { HOLD_MS, longestHold } from '../../fixtures/longest-hold';
import { body, folderOf, never, site } from './world';
import type { Site } from './world';
/** Just below the largest reply that is read, and the largest that is read without a thread, bytes. */
const SIZES = [3 * 1_024 ** 2 - 1_024, 16 * 1_024];

/** An attack: a piece that is repeated as often as there is room, between what is before and after it. */
type Shape = readonly [before: string, piece: string, after?: string];

const filled = ([before, piece, after = '']: Shape, size: number): string =>
  before + piece.repeat((size - before.length - after.length) / piece.length) + after;

/** @param list - what is before and after its entries */
function jsonShapes([before, after]: readonly [string, string], entry: string): Record<string, Shape> {
  return {
    'lists in lists': ['', '['],
    'lists in a list': [before, '['],
    'records in records': ['', '{"a":'],
    zeros: [before, '0,', `0${after}`],
    'empty lists': [before, '[],', `0${after}`],
    'empty records': [before, '{},', `0${after}`],
    entries: [before, `${entry},`, `${entry}${after}`],
    'one name given many times': ['{', '"a":1,', '"a":1}'],
    'a long text': ['"', 'a', '"'],
    escapes: [`${before}"`, '\\u0041', `"${after}`],
    'digits in a number': [before, '1', after],
    spaces: [before, ' ', after],
  };
}

const xmlShapes: Record<string, Shape> = {
  'elements in elements': ['<rss>', '<a>'],
  'ends of what never began': [`<rss>${'<a>'.repeat(90)}`, '</b>'],
  'empty entries': ['<rss>', '<item/>'],
  'entries of one word': ['<rss>', '<item><title>a</title></item>'],
  'an entry of many elements': ['<rss><item>', '<a>a</a>'],
  'an entry of many words': ['<rss><item><title>a', ' a'],
  'HTML in an entry': ['<rss><item><description>', '&lt;a>'],
  'entities that are made of entities': ['<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">', '<!ENTITY a "&a;&a;&a;&a;">', ']>'],
  'entities in a text': ['<rss><item><title>', '&amp;'],
  'entities that nobody declared': ['<rss><item><title>', '&a;'],
  'prefixes that nobody declared': ['<rss>', '<a:b c:d=""/>'],
  'namespaces in namespaces': ['<rss>', '<a xmlns:a="b" xml:base="a/">'],
  'numbers of results': ['<rss>', '<opensearch:totalResults>1'],
  'half an entity': ['<rss><item><title>', '&a'],
  'attributes without end': ['<rss><item ', 'a=1 '],
  'a long attribute': ['<rss><item a="', 'a'],
  'comments without end': ['<rss>', '<!--'],
  'sections without end': ['<rss><item><title>', '<![CDATA['],
  'a date without end': ['<rss><item><title>a</title><link>http://a</link><pubDate>', '('],
  'a long address': ['<rss><item><title>a</title><link>http://a/', '../a/'],
};

const htmlShapes: Record<string, Shape> = {
  'elements in elements': ['', '<div>'],
  'ends of what never began': [`${'<div>'.repeat(190)}text`, '</b>'],
  'beginnings without end': ['', '<a href="'],
  'attributes without end': ['<p ', 'a=1 '],
  'tables in tables': ['', '<table><tr><td>'],
  'texts in pieces': ['', '&amp;'],
  spaces: ['text', ' ', 'text'],
  'lines without text': ['text', ' \n', 'text'],
  'hidden letters': ['text', '\u202e', 'text'],
};

const documentShapes: Record<string, Shape> = {
  'text without spaces': ['', '東'],
  'signs before numbers': ['', '-+1'],
  'words that are joined': ['', "a.a'"],
  'accents on a letter': ['a', '\u0301'],
  'front matter': ['---\ntitle: ', '[', '\n---\n'],
  'front matter without end': ['---\n', 'title: a\n'],
  'blocks of code': ['', '```\n'],
  'lines of dashes': ['a\n', '--\n'],
  'comments without end': ['', '<!--\n'],
  'headings without text': ['', '# '],
  'a heading without end': ['#', ' '],
  'one line': ['', 'a'],
  words: ['', 'a '],
  'lines without text': ['', ' \n'],
  'what is nearly a word of the query': ['', 'wor'],
};

const sources: Readonly<Record<string, (site: Site) => Source>> = {
  wikipedia: ({ url, egress }) => createWikipediaSource({ baseUrl: url, language: 'en' }, egress),
  'hacker news': ({ url, egress }) => createHackerNewsSource({ baseUrl: url }, egress),
  github: ({ url, egress }) => createGithubSource({ baseUrl: url }, egress),
  searxng: ({ url, egress }) => createSearxngSource({ url }, egress),
  arxiv: ({ url, egress }) => createArxivSource({ baseUrl: url }, egress),
  feeds: ({ url, egress }) => createFeedsSource([url], egress),
};

/** Searches with a query of as many words as there is room for. */
const query = `a ${Array.from({ length: 60 }, (_each, n) => `wo${n}`).join(' ')}`;
const search = (source: Source | undefined) =>
  source?.search(query, { offset: 0, limit: 20 }, never) ?? Promise.reject(new Error('There is no such source.'));

/** It ends with something, or in words. */
const ended = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) =>
    expect(error).toMatchObject({ type: expect.stringMatching(/^(refused|unavailable)$/) }),
  );

const cases = (given: Record<string, Record<string, Shape>>) =>
  Object.entries(given).flatMap(([who, shapes]) =>
    Object.entries(shapes).map(([what, shape]) => [who, what, shape] as const),
  );

test.each(
  cases({
    wikipedia: jsonShapes(['{"query":{"search":[', ']}}'], '{"title":"a","snippet":"<a>"}'),
    'hacker news': { entries: ['{"hits":[', '{"objectID":"1","title":"a","story_text":"&amp;"},', '0]}'] },
    github: { entries: ['{"items":[', '{"full_name":"a","html_url":"http://a","private":false},', '0]}'] },
    searxng: { entries: ['{"results":[],"unresponsive_engines":[', '["a"],', '0]}'] },
    feeds: xmlShapes,
    arxiv: { 'HTML in an entry': ['<feed><entry><summary type="html">', '&lt;a>'] },
  }),
)('a reply to %s of %s does not hold the event loop', async (who, _what, shape) => {
  for (const size of SIZES) {
    const source = sources[who]?.(await site(body('text/plain', filled(shape, size))));
    expect(await longestHold(() => ended(search(source)))).toBeLessThan(HOLD_MS);
  }
});

test.each(Object.entries(htmlShapes))('a page of %s does not hold the event loop', async (_what, shape) => {
  for (const size of SIZES) {
    const { url, egress } = await site(body('text/html', filled(shape, size)));
    const read = createPageReader({ egress, folders: [] });
    expect(await longestHold(() => ended(read(url, never)))).toBeLessThan(HOLD_MS);
  }
});

test.each([
  ...Object.entries(htmlShapes).map(([what, shape]) => [`HTML of ${what}`, 'a.html', shape] as const),
  ...Object.entries(documentShapes).map(([what, shape]) => [`text of ${what}`, 'a.txt', shape] as const),
])('a document with %s does not hold the event loop', async (_what, name, shape) => {
  for (const size of [1_024 ** 2, 16 * 1_024]) {
    const folders = createFoldersSource([folderOf({ [name]: filled(shape, size) })]);
    expect(await longestHold(() => ended(search(folders)))).toBeLessThan(HOLD_MS);
  }
});
