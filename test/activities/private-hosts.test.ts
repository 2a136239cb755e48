/** What the operator allows is for the sources that they configured: no stranger can lead a step there. */
import { createActivities } from '../../activities';
import type { SourcesConfig } from '../../activities/sources/sources';
import { searchedIn } from '../../workflows/searched';
import { failureOf } from './repository/world';
import { body, html, json, run, site, status } from './sources/world';
import type { Answer, Site } from './sources/world';

/** A private host that the operator allows: a search engine, and a secret that nobody should quote. */
async function privateHost(search: (url: string) => Answer) {
  const host: Site = await site((request, response) => {
    const answer = request.url === '/secret' ? html('<p>The secret of this host.</p>') : search(host.url);
    answer(request, response);
  });
  const read = () => host.requests.filter(({ url }) => url.pathname === '/secret').length;
  return { ...host, read };
}

/** The steps of a worker that may reach these hosts. */
const stepsOf = (allowed: readonly Site[], sources: SourcesConfig) =>
  createActivities({
    egress: { allow: allowed.map(({ url }) => new URL(url).host) },
    repository: { cacheDir: '/nonexistent', localPaths: [], maxBytes: 1 },
    webhooks: { allowedHosts: [], secrets: [] },
    sources,
  });

test('a hit that names a private host is found, and not read', async () => {
  const host = await privateHost((url) => json({ results: [{ title: 'Look here', url: `${url}/secret` }] }));
  const { searchSource, readPage, takeNotes } = stepsOf([host], { searxng: { url: host.url } });
  const [hit] = searchedIn(await run(searchSource, { source: 'searxng', query: 'secret' })).hits;
  if (hit === undefined) throw new Error('Nothing was found.');
  const refusal = { type: 'refused', message: expect.stringContaining('The site is at an address') as unknown };
  expect(await failureOf(run(readPage, { url: hit.url }))).toMatchObject(refusal);
  expect(await failureOf(run(takeNotes, { topic: 'secret', queries: [], hit }))).toMatchObject(refusal);
  expect(host.read()).toBe(0);
});

test('a feed that redirects to a private host is not read from there', async () => {
  const host = await privateHost(() => body('application/rss+xml', '<rss></rss>'));
  const feed = await site(status(302, { location: `${host.url}/secret` }));
  const { searchSource } = stepsOf([host, feed], { feeds: [`${feed.url}/feed.xml`] });
  expect(await failureOf(run(searchSource, { source: 'feeds', query: 'secret' }))).toMatchObject({ type: 'refused' });
  expect(host.read()).toBe(0);
});
