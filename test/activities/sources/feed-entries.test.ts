/** Odd feeds, read as a feed reader reads them. */
import { feedEntriesOf } from '../../../activities/sources/feed-entries';
import { jsonFeedEntriesOf } from '../../../activities/sources/feed-json';

const at = 'https://blog.example/feeds/all.xml';
const item = (inside: string, attributes = '') =>
  `<rss version="2.0"${attributes}><channel><item>${inside}</item></channel></rss>`;
const atomOf = (inside: string, attributes = '') =>
  `<feed xmlns="http://www.w3.org/2005/Atom"${attributes}><entry>${inside}</entry></feed>`;
const read = (xml: string) => feedEntriesOf(xml, at)?.entries[0];
const titled = '<title>T</title>';
const linked = '<link>https://blog.example/1</link>';

describe('prefixes', () => {
  test('Atom under a prefix', () => {
    const xml = `<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>T</a:title><a:link href="/1"/>
      <a:summary>S</a:summary><a:updated>2024-03-05T10:00:00Z</a:updated></a:entry></a:feed>`;
    expect(read(xml)).toEqual({
      title: 'T',
      link: 'https://blog.example/1',
      text: 'S',
      published: '2024-03-05T10:00:00.000Z',
    });
  });

  test('RDF under prefixes of its own', () => {
    const xml = `<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rss="http://purl.org/rss/1.0/"
      xmlns:d="http://purl.org/dc/elements/1.1/"><rss:item r:about="https://blog.example/1"><rss:title>T</rss:title>
      <d:date>2024-03-05</d:date></rss:item></r:RDF>`;
    expect(read(xml)).toMatchObject({ title: 'T', published: '2024-03-05T00:00:00.000Z' });
  });

  test('the date of Atom in RSS', () => {
    const xml = item('<a10:updated>2024-03-05T10:00:00Z</a10:updated>', ' xmlns:a10="http://www.w3.org/2005/Atom"');
    expect(read(xml)).toMatchObject({ published: '2024-03-05T10:00:00.000Z' });
  });

  test('usual prefixes that a feed forgot to declare, and names in other letters', () => {
    const xml = item(`${titled}<content:encoded>C</content:encoded><pubdate>2024-03-05</pubdate>`);
    expect(read(xml)).toMatchObject({ text: 'C', published: '2024-03-05T00:00:00.000Z' });
  });

  test('titles and links of other namespaces are not those of the entry', () => {
    const xml = item(
      `<media:title>M</media:title>${titled}<x:title>X</x:title>${linked}<x:link>https://other.example/</x:link>
      <source url="https://other.example/"><title>S</title></source>`,
      ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:x="urn:x"',
    );
    expect(read(xml)).toMatchObject({ title: 'T', link: 'https://blog.example/1' });
  });
});

describe('the address of an entry', () => {
  test.each([
    ['a permanent guid', item('<guid>https://blog.example/g</guid>'), 'https://blog.example/g'],
    ['a guid that is no address', item('<guid isPermaLink="false">https://blog.example/g</guid>'), ''],
    ['a guid that is a number', item('<guid>123</guid>'), ''],
    ['a blank link before a guid', item('<link> </link><guid>https://blog.example/g</guid>'), 'https://blog.example/g'],
    ['a link without an end', item('<link/><guid>https://blog.example/g</guid>'), 'https://blog.example/g'],
    [
      'a link in a section, with lines',
      item('<link><![CDATA[\n https://blog.example/1 \n]]></link>'),
      'https://blog.example/1',
    ],
    ['an unescaped ampersand', item('<link>https://blog.example/?a=1&b=2</link>'), 'https://blog.example/?a=1&b=2'],
    [
      'the link to the feed itself',
      item('<a:link rel="self" href="/feed"/><link>/1</link>', ' xmlns:a="http://www.w3.org/2005/Atom"'),
      'https://blog.example/1',
    ],
    [
      'the address before a feed service',
      item(
        '<link>https://feedproxy.example/~r/1</link><feedburner:origLink>https://blog.example/1</feedburner:origLink>',
        ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"',
      ),
      'https://blog.example/1',
    ],
    ['several alternates', atomOf('<link href="/1"/><link href="/2"/>'), 'https://blog.example/1'],
    [
      'alternates of several types',
      atomOf('<link type="application/json" href="/1.json"/><link type="text/html" href="/1"/>'),
      'https://blog.example/1',
    ],
    [
      'an alternate of another type alone',
      atomOf('<link rel="edit" href="/edit"/><link type="application/pdf" href="/1.pdf"/>'),
      'https://blog.example/1.pdf',
    ],
    ['a base', atomOf('<link href="1"/>', ' xml:base="https://other.example/a/"'), 'https://other.example/a/1'],
    [
      'bases in bases',
      atomOf('<link xml:base="b/" href="1"/>', ' xml:base="https://other.example/a/"'),
      'https://other.example/a/b/1',
    ],
    ['a base that is none', atomOf('<link href="1"/>', ' xml:base="http://"'), 'https://blog.example/feeds/1'],
    ['none', atomOf('<id>urn:uuid:1</id>'), ''],
  ])('of %s', (_what, xml, link) => {
    expect(read(xml)?.link).toBe(link);
  });
});

describe('the text of an entry', () => {
  test.each([
    [
      'angle brackets in a title',
      item('<title>vector&lt;int&gt; and Map&lt;String, T&gt;</title>'),
      { title: 'vector<int> and Map<String, T>' },
    ],
    [
      'an element by name in a title',
      item('<title>The &lt;div&gt; &lt;b&gt;element&lt;/b&gt;</title>'),
      { title: 'The <div> element' },
    ],
    ['less than in a title', item('<title>if a&lt;b then</title>'), { title: 'if a<b then' }],
    [
      'angle brackets in a text',
      item('<description>&lt;p&gt;Use Vec&lt;u8&gt; &lt;my-tag&gt;now&lt;/my-tag&gt;&lt;/p&gt;</description>'),
      { text: expect.stringMatching(/^\s*Use Vec<u8>\s+now\s*$/) },
    ],
    ['a title that is text', atomOf('<title type="text">a &lt;b&gt; c</title>'), { title: 'a <b> c' }],
    [
      'a title that is HTML',
      atomOf('<title type="html">a &lt;b&gt;c&lt;/b&gt; &amp;amp; d</title>'),
      { title: 'a c & d' },
    ],
    [
      'paragraphs of XHTML',
      atomOf(
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>Two <b>bo</b>ld</p><script>x()</script></div></content>',
      ),
      { text: expect.stringMatching(/^\s*One\s+Two bold\s*$/) },
    ],
    [
      'elements where text was meant',
      item('<description><p>a &lt; b</p><p>c</p></description>'),
      { text: expect.stringMatching(/^\s*a < b\s+c\s*$/) },
    ],
    [
      'blocks before bare text',
      atomOf('<content type="xhtml"><div><h1>One</h1>two</div></content>'),
      { text: expect.stringMatching(/^\s*One\s+two\s*$/) },
    ],
    ['HTML that is not escaped', atomOf('<content type="text/html"><a href="/1">One</a></content>'), { text: 'One' }],
    [
      'an element that is spoken of in HTML',
      atomOf('<title type="html">The &amp;lt;b&amp;gt; element</title>'),
      { title: 'The <b> element' },
    ],
    ['entities of HTML', item('<title>Caf&eacute; &amp; bar</title>'), { title: 'Café & bar' }],
    [
      'a video',
      atomOf(
        '<title>T</title><media:group><media:title>M</media:title><media:description>About sagas</media:description></media:group>',
        ' xmlns:media="http://search.yahoo.com/mrss/"',
      ),
      { title: 'T', text: 'About sagas' },
    ],
    [
      'a podcast',
      item(
        '<title>T</title><itunes:summary>About sagas</itunes:summary>',
        ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
      ),
      { text: 'About sagas' },
    ],
    ['no title', item('<description>&lt;p&gt;A short note&lt;/p&gt;</description>'), { title: 'A short note' }],
    [
      'a picture as its content',
      atomOf('<title>T</title><content type="image/png">iVBORw0KGgo</content>'),
      { text: '' },
    ],
    [
      'Atom 0.3',
      '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="escaped" type="text/html">&lt;b&gt;T&lt;/b&gt;</title><issued>2024-03-05T10:00:00Z</issued></entry></feed>',
      { title: 'T', published: '2024-03-05T10:00:00.000Z' },
    ],
    [
      'a date that is impossible, and another',
      item('<pubDate>Sat, 31 Feb 2024</pubDate><dc:date>2024-03-05</dc:date>'),
      { published: '2024-03-05T00:00:00.000Z' },
    ],
  ])('of %s', (_what, xml, entry) => {
    expect(read(xml)).toMatchObject(entry);
  });

  test('is all of it, however long', () => {
    expect(read(item(`<description>${'word '.repeat(50_000)}saga</description>`))?.text).toMatch(/saga\s*$/);
  });
});

describe('what is broken', () => {
  test.each([
    ['an ampersand and an end that is missing', item(`${titled}<description>a & b<br></description>`)],
    ['lines before the declaration', `\n\n<?xml version="1.0"?>${item(titled)}`],
    ['a warning before it', `<br />\nWarning: x in y<br />\n${item(titled)}`],
    ['an entity that nobody has declared', item(`${titled}<description>&nosuch;</description>`)],
  ])('in a feed with %s costs nothing', (_what, xml) => {
    expect(feedEntriesOf(xml, at)).toMatchObject({ entries: [{ title: 'T' }] });
    expect(feedEntriesOf(xml, at)).not.toHaveProperty('hole');
  });

  test('a feed that breaks off has the entries before that, and says so', () => {
    const xml = `<rss><channel><item>${titled}</item><item><title>half`;
    expect(feedEntriesOf(xml, at)).toMatchObject({
      entries: [{ title: 'T' }],
      hole: expect.stringContaining('broken off'),
    });
  });

  test('a feed of more entries than are read says so', () => {
    const xml = `<rss>${`<item>${titled}</item>`.repeat(1_001)}</rss>`;
    expect(feedEntriesOf(xml, at)).toMatchObject({ hole: expect.stringContaining('more than 1000 entries') });
  });

  test.each(['<html><body><item>x</item></body></html>', 'Not found', '', '<opml><body/></opml>'])(
    '"%s" is no feed',
    (xml) => {
      expect(feedEntriesOf(xml, at)).toBeUndefined();
    },
  );
});

test('a feed of JSON is one, too', () => {
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    items: [
      {
        id: 1,
        url: '/1',
        title: 'T &#38; U',
        content_html: '<p>One</p><p>Two</p>',
        date_published: '2024-03-05T10:00:00Z',
      },
      { id: '2', content_text: 'A note', title: 7 },
    ],
  };
  expect(jsonFeedEntriesOf(JSON.stringify(feed), at)?.entries).toEqual([
    {
      title: 'T & U',
      link: 'https://blog.example/1',
      text: expect.stringMatching(/One\s+Two/),
      published: '2024-03-05T10:00:00.000Z',
    },
    { title: 'A note', link: '', text: expect.stringContaining('A note'), published: undefined },
  ]);
  expect(jsonFeedEntriesOf('{"version":"1"}', at)).toBeUndefined();
});
