/** What each provider asks, and what it makes of an answer such as the real one gives. */
import { createArxivSource } from '../../../activities/sources/arxiv';
import { createGithubSource } from '../../../activities/sources/github';
import { createHackerNewsSource } from '../../../activities/sources/hacker-news';
import { createSearxngSource } from '../../../activities/sources/searxng';
import { createWikipediaSource } from '../../../activities/sources/wikipedia';
import { failureOf } from '../repository/world';
import { body, json, never, site, status } from './world';
import type { Answer } from './world';

const first = { offset: 0, limit: 10 };

describe('Wikipedia', () => {
  const answer = json({
    batchcomplete: true,
    continue: { sroffset: 2, continue: '-||' },
    query: {
      searchinfo: { totalhits: 2 },
      search: [
        {
          ns: 0,
          title: 'Saga (computing) / C#?',
          pageid: 1,
          snippet: 'A <span class="searchmatch">saga</span> is &quot;long&quot; &amp; lived',
        },
        { ns: 0, title: 42, snippet: null },
        'garbage',
      ],
    },
  });

  test('articles are found, garbage is left out', async () => {
    const { egress, url } = await site(answer);
    expect(await createWikipediaSource({ baseUrl: url, language: 'en' }, egress).search('saga', first, never)).toEqual([
      {
        title: 'Saga (computing) / C#?',
        url: `${url}/wiki/Saga_(computing)_%2F_C%23%3F`,
        snippet: 'A saga is "long" & lived',
        source: 'wikipedia',
      },
    ]);
  });

  test('any slice can be asked for, and the query is no more than a query', async () => {
    const { egress, url, requests } = await site(answer);
    await createWikipediaSource({ baseUrl: url, language: 'en' }, egress).search(
      'a&srlimit=500#',
      { offset: 30, limit: 7 },
      never,
    );
    expect(requests[0]?.url.pathname).toBe('/w/api.php');
    expect(Object.fromEntries(requests[0]?.url.searchParams ?? [])).toMatchObject({
      srsearch: 'a&srlimit=500#',
      sroffset: '30',
      srlimit: '7',
    });
  });

  test('the language is part of the address', async () => {
    const asked: string[] = [];
    const egress = (url: string) => {
      asked.push(url);
      return Promise.reject(new Error('offline'));
    };
    await failureOf(createWikipediaSource({ language: 'de' }, egress).search('x', first, never));
    expect(asked[0]).toMatch(/^https:\/\/de\.wikipedia\.org\/w\/api\.php\?/);
  });
});

describe('Hacker News', () => {
  const story = (id: number, more: object = {}) => ({
    objectID: `${id}`,
    title: `Story ${id}`,
    url: `https://example.com/${id}`,
    author: 'pg',
    points: 57,
    num_comments: 12,
    created_at: '2024-03-05T10:00:00Z',
    ...more,
  });

  test('stories are found, and those without an address lie at Hacker News itself', async () => {
    const { egress, url } = await site(
      json({
        hits: [story(1), story(2, { url: null, story_text: '<p>Ask &amp; tell' }), { objectID: '../x' }],
        nbHits: 3,
      }),
    );
    expect(await createHackerNewsSource({ baseUrl: url }, egress).search('x', first, never)).toEqual([
      {
        title: 'Story 1',
        url: 'https://example.com/1',
        snippet: '57 points, 12 comments.',
        source: 'hacker_news',
        published: '2024-03-05T10:00:00.000Z',
      },
      expect.objectContaining({
        url: 'https://news.ycombinator.com/item?id=2',
        snippet: '57 points, 12 comments. Ask & tell',
      }),
    ]);
  });

  test('a slice between two pages is put together of both', async () => {
    const { egress, url, requests } = await site((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://x');
      const [page, size] = [Number(searchParams.get('page')), Number(searchParams.get('hitsPerPage'))];
      const hits = Array.from({ length: size }, (_each, n) => story(page * size + n));
      json({ hits })(request, response);
    });
    const hits = await createHackerNewsSource({ baseUrl: url }, egress).search('x', { offset: 5, limit: 3 }, never);
    expect(hits.map(({ title }) => title)).toEqual(['Story 5', 'Story 6', 'Story 7']);
    expect(requests.length).toBe(2);
  });
});

describe('arXiv', () => {
  const atom = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title type="html">ArXiv Query: search_query=all:saga</title>
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">1</opensearch:totalResults>
  <entry>
    <id>http://arxiv.org/abs/2401.00001v1</id>
    <published>2024-01-01T10:00:00Z</published>
    <updated>2024-02-01T10:00:00Z</updated>
    <title>Sagas with $a &lt; b$,
  Revisited</title>
    <summary>  We revisit
  sagas &amp; more.
</summary>
    <author><name>Ada Lovelace</name></author>
    <link title="pdf" href="http://arxiv.org/pdf/2401.00001v1" rel="related" type="application/pdf"/>
    <link href="http://arxiv.org/abs/2401.00001v1" rel="alternate" type="text/html"/>
  </entry>
  <entry>
    <id>http://arxiv.org/api/errors#incorrect_id</id>
    <title>Error</title>
    <link href="http://arxiv.org/api/errors#incorrect_id" rel="alternate" type="text/html"/>
  </entry>
</feed>`;

  test('papers are found, errors that look like papers are not', async () => {
    const { egress, url } = await site(body('application/atom+xml', atom));
    expect(await createArxivSource({ baseUrl: url }, egress).search('saga', first, never)).toEqual([
      {
        title: 'Sagas with $a < b$, Revisited',
        url: 'https://arxiv.org/abs/2401.00001v1',
        snippet: 'We revisit sagas & more.',
        source: 'arxiv',
        published: '2024-01-01T10:00:00.000Z',
      },
    ]);
  });

  test('an error in place of papers is a failure', async () => {
    const error = atom.replace(/<entry>\s*<id>http:\/\/arxiv.org\/abs[^]*?<\/entry>/, '');
    const { egress, url } = await site(body('application/atom+xml', error));
    expect(await failureOf(createArxivSource({ baseUrl: url }, egress).search('saga', first, never))).toMatchObject({
      type: 'refused',
    });
  });

  test('a query is made of its words: its marks would be a language there', async () => {
    const { egress, url, requests } = await site(body('application/atom+xml', atom));
    await createArxivSource({ baseUrl: url }, egress).search(
      '"fault-tolerant" OR ti:(x',
      { offset: 4, limit: 3 },
      never,
    );
    expect(Object.fromEntries(requests[0]?.url.searchParams ?? [])).toEqual({
      search_query: 'all:fault AND all:tolerant AND all:or AND all:ti AND all:x',
      start: '4',
      max_results: '3',
    });
  });

  test('searches are as far apart as arXiv asks for', async () => {
    const { egress, url, requests } = await site(body('application/atom+xml', atom));
    const { search } = createArxivSource({ baseUrl: url }, egress);
    const stop = new AbortController();
    const searched = () => search('saga', { offset: 0, limit: 3 }, stop.signal);
    const three = Promise.allSettled([searched(), searched(), searched()]);
    await expect(searched()).rejects.toMatchObject({ type: 'unavailable' }); // its turn would be in 9 s
    stop.abort();
    expect((await three).slice(1)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    expect(requests.length).toBeLessThan(2);
  });

  test('a query without a word is not asked', async () => {
    const { egress, url, requests } = await site(status(400));
    expect(await createArxivSource({ baseUrl: url }, egress).search('"?!"', first, never)).toEqual([]);
    expect(requests).toEqual([]);
  });
});

describe('GitHub', () => {
  const repository = (name: string, more: object = {}) => ({
    full_name: name,
    html_url: `https://github.com/${name}`,
    private: false,
    description: 'Durable execution',
    language: 'Go',
    stargazers_count: 1234,
    pushed_at: '2024-03-05T10:00:00Z',
    ...more,
  });
  const answer = json({
    total_count: 3,
    incomplete_results: false,
    items: [
      repository('temporalio/temporal'),
      repository('a/secret', { private: true }),
      repository('a/bare', { description: null, language: null, pushed_at: null }),
    ],
  });

  test('a search that GitHub broke off says so, with what it found', async () => {
    const broken = json({ incomplete_results: true, items: [repository('temporalio/temporal')] });
    const { egress, url } = await site(broken);
    const skipped: object[] = [];
    const search = createGithubSource({ baseUrl: url }, egress).search('x', first, never, (what) => skipped.push(what));
    expect(await search).toHaveLength(1);
    expect(skipped).toMatchObject([{ what: 'github', again: 'github' }]);
  });

  test('public repositories are found, and no others, whatever the token may see', async () => {
    const { egress, url } = await site(answer);
    expect(await createGithubSource({ baseUrl: url }, egress).search('x', first, never)).toEqual([
      {
        title: 'temporalio/temporal',
        url: 'https://github.com/temporalio/temporal',
        snippet: 'Durable execution · Go · 1234 stars · last change 2024-03-05',
        source: 'github',
      },
      expect.objectContaining({ title: 'a/bare', snippet: '1234 stars' }),
    ]);
  });

  test('the token goes with the request', async () => {
    const { egress, url, requests } = await site(answer);
    await createGithubSource({ baseUrl: url, token: 'hunter2' }, egress).search('x', first, never);
    expect(requests[0]?.headers.authorization).toBe('Bearer hunter2');
  });

  test('without a token nothing claims to be one', async () => {
    const { egress, url, requests } = await site(answer);
    await createGithubSource({ baseUrl: url }, egress).search('x', first, never);
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('the token does not follow a redirect', async () => {
    const thief = await site(answer);
    const { egress, url } = await site(status(302, { location: thief.url }));
    const search = createGithubSource({ baseUrl: url, token: 'hunter2' }, egress).search('x', first, never);
    const { type, message } = await failureOf(search);
    expect([type, message]).toEqual(['refused', expect.not.stringContaining('hunter2')]);
    expect(thief.requests).toEqual([]);
  });

  test('a base address keeps its path', async () => {
    const { egress, url, requests } = await site(answer);
    await createGithubSource({ baseUrl: `${url}/api/v3/` }, egress).search('x', { offset: 20, limit: 10 }, never);
    expect(requests[0]?.url.href).toBe('http://site/api/v3/search/repositories?q=x&per_page=10&page=3');
  });
});

describe('SearXNG', () => {
  const result = (n: number) => ({
    url: `https://example.com/${n}`,
    title: `Result ${n}`,
    content: 'About sagas',
    engine: 'duckduckgo',
    publishedDate: n === 0 ? '2024-03-05T00:00:00' : null,
  });
  const pagesOf =
    (size: number): Answer =>
    (request, response) => {
      const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('pageno')) - 1;
      const results = page < 3 ? Array.from({ length: size }, (_each, n) => result(page * size + n)) : [];
      json({ query: 'x', number_of_results: 0, results, unresponsive_engines: [['qwant', 'CAPTCHA']] })(
        request,
        response,
      );
    };

  test('results are found', async () => {
    const { egress, url, requests } = await site(pagesOf(4));
    const hits = await createSearxngSource({ url }, egress).search('saga', { offset: 0, limit: 1 }, never);
    expect(hits).toEqual([
      {
        title: 'Result 0',
        url: 'https://example.com/0',
        snippet: 'About sagas',
        source: 'searxng',
        published: expect.stringMatching(/^2024-03-0[45]T/),
      },
    ]);
    expect(requests.map((request) => request.url.search)).toEqual(['?q=saga&format=json&pageno=1']);
  });

  test('pages are turned until the slice is full, and no further than they go', async () => {
    const { egress, url, requests } = await site(pagesOf(4));
    const hits = await createSearxngSource({ url }, egress).search('saga', { offset: 6, limit: 50 }, never);
    expect(hits.map(({ title }) => title)).toEqual([6, 7, 8, 9, 10, 11].map((n) => `Result ${n}`));
    expect(requests.length).toBe(4);
  });

  test('an engine that was silent while others answered is named once', async () => {
    const { egress, url } = await site(pagesOf(4));
    const skipped: object[] = [];
    await createSearxngSource({ url }, egress).search('saga', { offset: 6, limit: 50 }, never, (what) =>
      skipped.push(what),
    );
    const why = 'SearXNG had no answer from this engine.';
    expect(skipped).toEqual([{ what: 'searxng (qwant)', why, again: 'searxng' }]);
  });

  test('an instance whose engines are all silent has not searched', async () => {
    const { egress, url } = await site(json({ results: [], unresponsive_engines: [['google', 'CAPTCHA']] }));
    expect(await failureOf(createSearxngSource({ url }, egress).search('saga', first, never))).toMatchObject({
      type: 'unavailable',
    });
  });
});
