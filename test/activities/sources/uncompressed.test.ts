/** Bodies that are compressed although nobody asked for it. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { createFeedsSource } from '../../../activities/sources/feed';
import { createPageReader } from '../../../activities/sources/page';
import { createWikipediaSource } from '../../../activities/sources/wikipedia';
import { failureOf } from '../repository/world';
import { never, site } from './world';
import type { Answer } from './world';

const sent =
  (body: Buffer, encoding: string, type = 'application/json'): Answer =>
  (_request, response) =>
    response.writeHead(200, { 'content-type': type, 'content-encoding': encoding }).end(body);
const json = Buffer.from(JSON.stringify({ query: { search: [{ title: 'Saga', snippet: '' }] } }));
const search = async (answer: Answer) => {
  const { url, egress } = await site(answer);
  return createWikipediaSource({ baseUrl: url, language: 'en' }, egress).search(
    'saga',
    { offset: 0, limit: 10 },
    never,
  );
};

test.each([
  ['gzip', gzipSync(json)],
  ['X-Gzip', gzipSync(json)],
  ['br', brotliCompressSync(json)],
  ['deflate', deflateSync(json)],
  ['deflate', deflateRawSync(json)],
  ['deflate, gzip', gzipSync(deflateSync(json))],
  ['identity', json],
  ['utf-8', json],
  ['gzip', json], // it says so, and is not
])('a reply in %s is read', async (encoding, body) => {
  expect(await search(sent(body, encoding))).toMatchObject([{ title: 'Saga' }]);
});

test.each([
  ['is small and becomes large', gzipSync(Buffer.alloc(40_000_000)), 'gzip', 'refused', 'more than 3 MiB'],
  [
    'becomes large in two steps',
    gzipSync(gzipSync(Buffer.alloc(40_000_000))),
    'gzip, gzip',
    'refused',
    'more than 3 MiB',
  ],
  ['breaks off', gzipSync(json).subarray(0, 20), 'gzip', 'unavailable', 'broke off'],
  ['is damaged', Buffer.from('no brotli'), 'br', 'unavailable', 'broke off'],
  ['is in a way that is not read', json, 'zstd', 'refused', 'compresses'],
  ['is in many ways at once', json, 'gzip, gzip, gzip, gzip', 'refused', 'compresses'],
])('a reply that %s is no reply, in words', async (_how, body, encoding, type, words) => {
  expect(await failureOf(search(sent(body, encoding)))).toMatchObject({
    type,
    message: expect.stringMatching(new RegExp(`^Wikipedia .*${words}`)),
  });
});

test('pages and feeds are read as replies are', async () => {
  const page = await site(sent(gzipSync('<title>T</title><p>text'), 'gzip', 'text/html'));
  expect(await createPageReader({ egress: page.egress, folders: [] })(page.url, never)).toMatchObject({ text: 'text' });
  const rss = '<rss><item><title>saga</title><link>https://e.com/</link></item></rss>';
  const feed = await site(sent(brotliCompressSync(rss), 'br', 'text/xml'));
  expect(await createFeedsSource([feed.url], feed.egress).search('saga', { offset: 0, limit: 10 }, never)).toHaveLength(
    1,
  );
});
