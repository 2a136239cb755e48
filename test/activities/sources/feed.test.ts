/** Feeds as they are in the wild: RSS, RDF and Atom, with HTML in their texts, some of them broken. */
import { createFeedsSource } from '../../../activities/sources/feed';
import { createSourceSteps } from '../../../activities/sources/steps';
import type { Skipped } from '../../../workflows/search-sources/tool';
import { failureOf } from '../repository/world';
import { body, never, run, secondsOfWork, silence, site, status } from './world';
import type { Answer } from './world';

const first = { offset: 0, limit: 10 };

const rss = `<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
  <title>A blog about sagas</title><link>https://blog.example.com/</link>
  <item>
    <title>Sagas &amp;amp; you</title>
    <link>https://blog.example.com/sagas?a=1&amp;b=2</link>
    <description>&lt;p&gt;Durable &lt;b&gt;execution&lt;/b&gt;&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</description>
    <pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate>
  </item>
  <item>
    <title>Other</title>
    <guid>https://blog.example.com/other</guid>
    <content:encoded><![CDATA[<p>Durable, too: <em>Execution</em>s are not it</p>]]></content:encoded>
    <dc:date>2024-03-06T10:00:00Z</dc:date>
  </item>
  <item><title>Durable execution, without an address</title></item>
</channel></rss>`;

const atom = `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <entry>
    <title type="text">List&lt;String&gt; of durable things</title>
    <link rel="self" href="https://blog.example.com/atom/1"/>
    <link rel="alternate" href="/posts/1"/>
    <updated>2024-03-07T10:00:00Z</updated>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Its <b>execution</b> is here</p></div></content>
  </entry>
</feed>`;

const rdf = `<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <item rdf:about="https://blog.example.com/rdf"><title>Durable execution</title><link>https://blog.example.com/rdf</link></item>
</rdf:RDF>`;

const byPath =
  (answers: Readonly<Record<string, Answer>>): Answer =>
  (request, response) =>
    (answers[request.url ?? ''] ?? status(404))(request, response);

async function searched(query: string, answers: Readonly<Record<string, Answer>>, slice = first) {
  const { egress, url } = await site(byPath(answers));
  const urls = Object.keys(answers).map((path) => `${url}${path}`);
  const hits = await createFeedsSource(urls, egress).search(query, slice, never);
  return hits.map((hit) => ({ ...hit, url: hit.url.replace(url, '') }));
}

const all = {
  '/rss': body('application/rss+xml', rss),
  '/atom': body('application/atom+xml', atom),
  '/rdf': body('text/xml', rdf),
};

test('the entries that hold every word are found, latest first, and undated ones last', async () => {
  expect(await searched('EXECUTION durable', all)).toEqual([
    {
      title: 'List<String> of durable things',
      url: '/posts/1',
      snippet: 'Its execution is here',
      source: 'feeds',
      published: '2024-03-07T10:00:00.000Z',
    },
    {
      title: 'Sagas & you',
      url: 'https://blog.example.com/sagas?a=1&b=2',
      snippet: 'Durable execution',
      source: 'feeds',
      published: '2024-03-05T10:00:00.000Z',
    },
    { title: 'Durable execution', url: 'https://blog.example.com/rdf', snippet: '', source: 'feeds' },
  ]);
});

test('a query without a word finds nothing', async () => {
  expect(await searched('?', all)).toEqual([]);
});

test('later slices go on where earlier ones ended', async () => {
  expect(await searched('durable execution', all, { offset: 1, limit: 1 })).toMatchObject([{ title: 'Sagas & you' }]);
});

test('a feed that does not answer does not hide the others', async () => {
  expect(await searched('durable', { '/broken': status(500), '/rdf': all['/rdf'] })).toHaveLength(1);
});

describe('of several feeds', () => {
  /** Feeds on hosts of their own, each with an answer, and the names that they have as parts. */
  async function feedsOf(...answers: readonly Answer[]) {
    const sites = await Promise.all(answers.map((answer) => site(answer, 300)));
    const egressOf = new Map(sites.map(({ url, egress }) => [new URL(url).host, egress]));
    const urls = sites.map(({ url }) => `${url}/secret-path`);
    const parts = sites.map(({ url }) => `feeds/${new URL(url).host}`);
    const egress: (typeof sites)[0]['egress'] = (url, request) =>
      (egressOf.get(new URL(url).host) ?? (() => Promise.reject(new Error('Nobody there.'))))(url, request);
    return { urls, parts, egress, sites };
  }
  const well = all['/rdf'];

  test.each<[string, Answer, string]>([
    ['hangs', silence, 'did not answer in time'],
    ['is no XML', body('text/html', '<html><body>Not found</body></html>'), 'cannot be read'],
    ['is gone', status(404), 'answered 404'],
    ['is unwell', status(503, { 'retry-after': '7' }), 'answered 503'],
  ])(
    'one that %s is named, with the name that asks for it again, and the others are searched',
    async (_what, ill, why) => {
      const { urls, parts, egress } = await feedsOf(ill, well);
      const skipped: Skipped[] = [];
      const source = createFeedsSource(urls, egress);
      expect(await source.search('durable', first, never, (what) => skipped.push(what))).toHaveLength(1);
      expect(skipped).toEqual([
        {
          what: parts[0],
          why: expect.stringContaining(why),
          again: parts[0],
          ...(why.includes('503') && { retry_after_s: 7 }),
        },
      ]);
      expect(JSON.stringify(skipped)).not.toContain('secret');
    },
  );

  test('each can be searched alone, and is not listed', async () => {
    const { urls, parts, egress, sites } = await feedsOf(well, well);
    const steps = createSourceSteps({ egress, pages: egress, feeds: urls });
    expect(await run(steps.listSources, undefined as never)).toEqual(['feeds']);
    const found = await run(steps.searchSource, { source: parts[1] ?? '', query: 'durable', naming: 'skipped' });
    expect(found).toEqual({ hits: [expect.objectContaining({ source: 'feeds' })], skipped: [] });
    expect(sites.map(({ requests }) => requests.length)).toEqual([0, 1]);
  });

  test('those that hang do not take the time of the others: nine are asked, whatever eight do', async () => {
    const { urls, egress } = await feedsOf(...Array.from({ length: 8 }, () => silence), well);
    const skipped: Skipped[] = [];
    expect(
      await createFeedsSource(urls, egress).search('durable', first, never, (what) => skipped.push(what)),
    ).toHaveLength(1);
    expect(skipped).toHaveLength(8);
  });

  test('one whose turn does not come in the time of all is named, too', async () => {
    const now = Date.now.bind(Date);
    let late = 0;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + late);
    const slow: Answer = (request, response) => {
      late = 10_000;
      well(request, response);
    };
    const { urls, parts, egress } = await feedsOf(...Array.from({ length: 8 }, () => slow), well);
    const skipped: Skipped[] = [];
    await createFeedsSource(urls, egress).search('durable', first, never, (what) => skipped.push(what));
    clock.mockRestore();
    expect(skipped).toMatchObject([{ what: parts[8], why: expect.stringContaining('was not asked'), again: parts[8] }]);
  });

  test('two on one host are told apart by a number, not by their paths', async () => {
    const { egress, url } = await site(status(404));
    const { parts = [] } = createFeedsSource([`${url}/a`, `${url}/b`], egress);
    const { host } = new URL(url);
    expect(parts.map(({ name }) => name)).toEqual([`feeds/${host}`, `feeds/${host}/2`]);
  });

  test('when all fail the search does, with the words of each, and is tried again if one may answer then', async () => {
    const { urls, egress } = await feedsOf(status(404), status(503));
    const failure = await failureOf(createFeedsSource(urls, egress).search('durable', first, never));
    expect(failure).toMatchObject({ type: 'unavailable', message: expect.stringMatching(/404.*503/) });
    const gone = await feedsOf(status(404), status(410));
    expect(await failureOf(createFeedsSource(gone.urls, gone.egress).search('durable', first, never))).toMatchObject({
      type: 'refused',
    });
  });

  test('a worker of before is told the hits alone', async () => {
    const { urls, egress } = await feedsOf(status(404), well);
    const { searchSource } = createSourceSteps({ egress, pages: egress, feeds: urls });
    expect(await run(searchSource, { source: 'feeds', query: 'durable' })).toMatchObject([{ source: 'feeds' }]);
  });
});

test('a feed may have moved', async () => {
  expect(await searched('durable', { '/old': status(301, { location: '/rdf' }), '/rdf': all['/rdf'] })).toHaveLength(2);
});

test('a feed is read in the encoding that it declares', async () => {
  const latin = Buffer.from(
    '<?xml version="1.0" encoding="iso-8859-1"?><rss><item><title>Ausf\xfchrung</title><link>https://e.com/</link></item></rss>',
    'latin1',
  );
  expect(await searched('ausführung', { '/latin': body('text/xml', latin) })).toMatchObject([{ title: 'Ausführung' }]);
});

test.each([
  [
    'entities that multiply',
    `<!DOCTYPE x [<!ENTITY a "${'x'.repeat(1_000)}"><!ENTITY b "&a;&a;&a;">]><rss><item><title>&b;&b;</title></item></rss>`,
  ],
  ['nesting without end', `<rss>${'<item>'.repeat(400_000)}`],
  ['nothing but beginnings', '<rss>' + '<item a="'.repeat(300_000)],
  [
    'entries without end',
    `<rss>${'<item><title>durable</title><link>https://e.com/</link></item>'.repeat(40_000)}</rss>`,
  ],
])('a feed of %s is read within bounds', async (_what, content) => {
  const begun = secondsOfWork();
  expect((await searched('durable', { '/hostile': body('text/xml', content) })).length).toBeLessThanOrEqual(10);
  expect(secondsOfWork() - begun).toBeLessThan(8);
});
