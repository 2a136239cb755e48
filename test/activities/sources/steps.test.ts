/** The steps as a workflow calls them. */
import { CancelledFailure } from '@temporalio/activity';
import { createSourceSteps } from '../../../activities/sources/steps';
import { searchedIn } from '../../../workflows/searched';
import { failureOf } from '../repository/world';
import { attempt, folderOf, json, run, silence, site } from './world';

const found = json({ query: { search: [{ title: 'Saga', snippet: 'A saga' }] } });

test('the sources are those that are configured', async () => {
  const { egress } = await site(silence);
  const all = {
    wikipedia: { language: 'en' },
    hackerNews: {},
    arxiv: {},
    github: {},
    searxng: { url: 'https://s.example' },
  };
  const steps = createSourceSteps({ egress, pages: egress, ...all, feeds: ['https://e.com/feed'], folders: ['/tmp'] });
  expect(await attempt().run(steps.listSources)).toEqual([
    'wikipedia',
    'hacker_news',
    'arxiv',
    'github',
    'searxng',
    'feeds',
    'folders',
  ]);
  expect(
    await attempt().run(createSourceSteps({ egress, pages: egress, arxiv: {}, feeds: [], folders: [] }).listSources),
  ).toEqual(['arxiv']);
});

test('a source is searched by its name', async () => {
  const { egress, url } = await site(found);
  const { searchSource } = createSourceSteps({ egress, pages: egress, wikipedia: { language: 'en', baseUrl: url } });
  expect(await run(searchSource, { source: 'wikipedia', query: ' saga ' })).toMatchObject([{ title: 'Saga' }]);
});

test('an unknown name is answered with those that there are', async () => {
  const { egress } = await site(silence);
  const { searchSource } = createSourceSteps({ egress, pages: egress, arxiv: {}, hackerNews: {} });
  expect(await failureOf(run(searchSource, { source: 'gopher', query: 'x' }))).toMatchObject({
    type: 'invalid_input',
    message: 'There is no source of this name. The sources of this server are: hacker_news, arxiv.',
  });
});

test.each([
  ['an empty query', { query: '  ' }, 'query'],
  ['a query of a thousand letters', { query: 'x'.repeat(1_000) }, 'query'],
  ['a slice that begins before the first', { query: 'x', offset: -1 }, 'offset'],
  ['a slice without end', { query: 'x', limit: 1e9 }, 'limit'],
  ['half a hit', { query: 'x', limit: 0.5 }, 'limit'],
])('%s is refused by its name', async (_what, input, name) => {
  const { egress } = await site(silence);
  const failure = await failureOf(
    run(createSourceSteps({ egress, pages: egress, arxiv: {} }).searchSource, { source: 'arxiv', ...input }),
  );
  expect(failure).toMatchObject({ type: 'invalid_input', message: expect.stringContaining(name) });
});

test('a search whose job is cancelled ends as cancelled while the source is still silent', async () => {
  const environment = attempt();
  const { egress, url } = await site(() => environment.cancel());
  const { searchSource } = createSourceSteps({ egress, pages: egress, wikipedia: { language: 'en', baseUrl: url } });
  await expect(environment.run(searchSource, { source: 'wikipedia', query: 'x' })).rejects.toThrow(CancelledFailure);
});

test('a page whose job is cancelled ends as cancelled while the site is still silent', async () => {
  const environment = attempt();
  const { egress, url } = await site(() => environment.cancel());
  await expect(environment.run(createSourceSteps({ egress, pages: egress }).readPage, { url })).rejects.toThrow(
    CancelledFailure,
  );
});

test('what a search of the folders finds can be read', async () => {
  const { egress } = await site(silence);
  const { searchSource, readPage } = createSourceSteps({
    egress,
    pages: egress,
    folders: [folderOf({ 'a.md': '# Saga\n\nText.' })],
  });
  const [hit] = searchedIn(await run(searchSource, { source: 'folders', query: 'saga' })).hits;
  expect(await run(readPage, { url: hit?.url ?? '' })).toMatchObject({
    url: hit?.url,
    title: 'Saga',
    text: '# Saga\nText.',
  });
});
