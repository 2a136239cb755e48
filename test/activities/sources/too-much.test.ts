/** What takes too long to read is a finding: it is left out with the reason, others are read, and nobody tries again. */
import { failure } from '../../../activities/failure';
import { createResearchSteps } from '../../../activities/research/steps';
import { createFeedsSource } from '../../../activities/sources/feed';
import { createFoldersSource } from '../../../activities/sources/folder';
import { createPageReader } from '../../../activities/sources/page';
import { createWikipediaSource } from '../../../activities/sources/wikipedia';
import type { Skipped } from '../../../workflows/search-sources/tool';
import { failureOf } from '../repository/world';
import { body, folderOf, html, json, never, run, site } from './world';

// As if every computation in a thread took longer than it may. What is small is read without one.
jest.mock('../../../activities/thread', () => ({
  ...jest.requireActual<object>('../../../activities/thread'),
  inThread: () => () => Promise.reject(failure('too_large', 'It took longer to compute than a thread has.')),
}));

const first = { offset: 0, limit: 10 };
const rss = (text: string): string =>
  `<rss><channel><item><title>saga</title><link>https://a.example/</link><description>${text}</description></item></channel></rss>`;
const long = 'word '.repeat(4_000);

test('a source whose reply takes too long is refused by its name', async () => {
  const { url, egress } = await site(json({ query: { search: [{ title: 'Saga', snippet: long }] } }));
  const search = createWikipediaSource({ baseUrl: url, language: 'en' }, egress).search('saga', first, never);
  expect(await failureOf(search)).toMatchObject({
    type: 'refused',
    nonRetryable: true,
    message: 'Wikipedia answered with what took too long to read.',
  });
});

test('a feed that takes too long is skipped by its name, and the others are searched', async () => {
  const { url, egress } = await site((request, response) =>
    body('application/rss+xml', rss(request.url === '/slow' ? long : ''))(request, response),
  );
  const skipped: Skipped[] = [];
  const feeds = createFeedsSource([`${url}/slow`, `${url}/small`], egress);
  expect(await feeds.search('saga', first, never, (what) => skipped.push(what))).toMatchObject([{ title: 'saga' }]);
  expect(skipped).toMatchObject([
    { what: expect.stringMatching(/^feeds\//), why: expect.stringContaining('took too long to read') },
  ]);
});

test('a document that takes too long is said to be left out, and the others are searched', async () => {
  const skipped: Skipped[] = [];
  const folders = createFoldersSource([folderOf({ 'slow.txt': `saga ${long}`, 'small.txt': 'saga' })]);
  expect(await folders.search('saga', first, never, (what) => skipped.push(what))).toMatchObject([
    { title: 'small.txt' },
  ]);
  expect(skipped).toEqual([{ what: 'folders', why: expect.stringContaining('took too long to read') }]);
});

test('a page that takes too long is unreadable', async () => {
  const { url, egress } = await site(html('<p>text'));
  expect(await failureOf(createPageReader({ egress, folders: [] })(url, never))).toMatchObject({
    type: 'refused',
    nonRetryable: true,
    message: 'The page is unreadable: it took too long, or too much memory.',
  });
});

test('a model whose answer takes too long is done without', async () => {
  const { url, egress } = await site(json({ choices: [{ message: { content: long } }] }));
  const { planResearch } = createResearchSteps({ egress, folders: [], model: { url: `${url}/v1`, name: 'small' } });
  expect(await run(planResearch, { topic: 'sagas', modelMs: 10_000 })).toMatchObject({
    queries: ['sagas'],
    skipped: [{ what: 'a plan by the language model', why: expect.stringContaining('took too long to read') }],
  });
});
