/** A source that answers with less than there is says so: no hole looks like a search that found nothing. */
import { createArxivSource } from '../../../activities/sources/arxiv';
import { createFeedsSource } from '../../../activities/sources/feed';
import { createFoldersSource } from '../../../activities/sources/folder';
import { createGithubSource } from '../../../activities/sources/github';
import { createHackerNewsSource } from '../../../activities/sources/hacker-news';
import { createSearxngSource } from '../../../activities/sources/searxng';
import type { Source } from '../../../activities/sources/source';
import { createWikipediaSource } from '../../../activities/sources/wikipedia';
import type { Skipped } from '../../../workflows/search-sources/tool';
import { failureOf } from '../repository/world';
import { body, folderOf, json, never, site } from './world';
import type { Answer, Site } from './world';

const sources: Readonly<Record<string, (site: Site) => Source>> = {
  wikipedia: ({ url, egress }) => createWikipediaSource({ baseUrl: url, language: 'en' }, egress),
  hackerNews: ({ url, egress }) => createHackerNewsSource({ baseUrl: url }, egress),
  github: ({ url, egress }) => createGithubSource({ baseUrl: url }, egress),
  searxng: ({ url, egress }) => createSearxngSource({ url }, egress),
  arxiv: ({ url, egress }) => createArxivSource({ baseUrl: url }, egress),
  feeds: ({ url, egress }) => createFeedsSource([url], egress),
};

async function searched(name: string, answer: Answer, limit = 10) {
  const skipped: Skipped[] = [];
  const source = sources[name]?.(await site(answer));
  const hits = await source?.search('saga', { offset: 0, limit }, never, (what) => skipped.push(what));
  return { hits, skipped };
}

const arxivOf = (total: number, ...entries: string[]) =>
  body(
    'application/atom+xml',
    `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/"><o:totalResults>${total}</o:totalResults>${entries.join('')}</feed>`,
  );
const paper = '<entry><title>Saga</title><link href="http://arxiv.org/abs/1"/></entry>';

test.each([
  ['arxiv', arxivOf(1_234)],
  ['wikipedia', json({ query: { searchinfo: { totalhits: 1_234 }, search: [] } })],
  ['hackerNews', json({ hits: [], nbHits: 1_234 })],
  ['github', json({ items: [], total_count: 1_234, incomplete_results: false })],
])(
  'an empty page of %s that counts 1234 results is a failure, and another attempt may succeed',
  async (name, answer) => {
    const failure = await failureOf(searched(name, answer));
    expect(failure).toMatchObject({ type: 'unavailable', message: expect.stringContaining('counts 1234 results') });
  },
);

test('an empty page of none is an answer', async () => {
  expect(await searched('arxiv', arxivOf(0))).toEqual({ hits: [], skipped: [] });
});

test('a page of arXiv with fewer papers than there are says how many are missing', async () => {
  const { hits, skipped } = await searched('arxiv', arxivOf(3, paper));
  expect(hits).toHaveLength(1);
  expect(skipped).toEqual([{ what: 'arxiv', why: 'arXiv counts 2 results more than it sent.', again: 'arxiv' }]);
});

test.each<[string, (list: unknown[]) => object]>([
  ['wikipedia', (search) => ({ query: { search } })],
  ['hackerNews', (hits) => ({ hits })],
  ['github', (items) => ({ items })],
  ['searxng', (results) => ({ results })],
])('results of %s that cannot be read are counted', async (name, reply) => {
  const { hits, skipped } = await searched(name, json(reply([{ strange: 1 }, 'garbage'])));
  expect(hits).toEqual([]);
  expect(skipped[0]?.why).toMatch(/ sent (2|10) results that cannot be read\.$/); // 5 pages of 2, of SearXNG
});

test('private repositories are left out without a word, since a word would tell that they are', async () => {
  const secret = { full_name: 'a/b', html_url: 'https://github.com/a/b', private: true };
  expect(await searched('github', json({ items: [secret], total_count: 1 }))).toEqual({ hits: [], skipped: [] });
});

test('results without an address that can be shown are counted', async () => {
  const results = [{ title: 'A', url: 'javascript:x' }];
  const { skipped } = await searched('searxng', json({ results }), 1);
  expect(skipped).toMatchObject([
    { what: 'searxng', why: expect.stringMatching(/^1 result without a title or an address/) },
  ]);
});

test('an instance of SearXNG with more pages than are read says so', async () => {
  let n = 0;
  const answer: Answer = (...given) => json({ results: [{ title: 'A', url: `https://e.com/${n++}` }] })(...given);
  expect((await searched('searxng', answer)).skipped).toMatchObject([
    { why: expect.stringContaining('first 5 pages') },
  ]);
});

test.each([
  ['is broken off', '<rss><item><title>saga</title><link>/1</link></item><item>', 'read in part: it is broken off'],
  ['has entries without an address', '<rss><item><title>saga</title></item></rss>', 'has 1 result without an address'],
])('a feed that %s says so', async (_how, xml, why) => {
  const { skipped } = await searched('feeds', body('text/xml', xml));
  expect(skipped).toMatchObject([{ what: expect.stringMatching(/^feeds\//), why: expect.stringContaining(why) }]);
});

test('a document that is longer than what is searched of it is said to be', async () => {
  const skipped: Skipped[] = [];
  const source = createFoldersSource([folderOf({ 'a.txt': `saga${' x'.repeat(600_000)}` })]);
  await source.search('saga', { offset: 0, limit: 10 }, never, (what) => skipped.push(what));
  expect(skipped).toEqual([{ what: 'folders', why: expect.stringContaining('longer than 1 MiB') }]);
});

describe("GitHub's second limit", () => {
  const refused =
    (message: string, headers: Record<string, string> = {}): Answer =>
    (_request, response) =>
      response.writeHead(403, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ message }));

  test('is unavailable for a minute when it says no time', async () => {
    const search = searched('github', refused('You have exceeded a secondary rate limit. Please wait.'));
    await expect(search).rejects.toMatchObject({ type: 'unavailable', details: [{ retryAfterMs: 60_000 }] });
  });

  test('is unavailable for the time that it says', async () => {
    const answer = refused('You have exceeded a secondary rate limit.', { 'retry-after': '7' });
    await expect(searched('github', answer)).rejects.toMatchObject({ details: [{ retryAfterMs: 7_000 }] });
  });

  test.each(['Bad credentials', ''])('is not what "%s" says', async (message) => {
    expect(await failureOf(searched('github', refused(message)))).toMatchObject({ type: 'refused' });
  });
});
