/** What a source finds is bounded and cleaned before anybody sees it. */
import { hitsOf } from '../../../activities/sources/source';

const url = 'https://example.com/';

test('a hit is cut to what can be shown', () => {
  const [hit] = hitsOf('x', [{ title: 't'.repeat(1_000_000), url, snippet: 's'.repeat(1_000_000) }]);
  expect([hit?.title.length, hit?.snippet.length]).toEqual([300, 500]);
});

test('a hit is one line without control characters, terminal escapes or hidden letters', () => {
  const [hit] = hitsOf('x', [{ title: ' a\u0000\u001b[31m\n\t b\u202e\u{e0041}\ud800 ', url, snippet: 'c\r\n\r\nd' }]);
  expect(hit).toMatchObject({ title: 'a[31m b', snippet: 'c d' });
});

test('a character of two halves is not cut in half', () => {
  const [hit] = hitsOf('x', [{ title: `${'t'.repeat(298)}😀😀`, url }]);
  expect(hit?.title).toBe(`${'t'.repeat(298)}…`);
});

test('a flag is not cut in half, either', () => {
  const [hit] = hitsOf('x', [{ title: `${'t'.repeat(297)}🇩🇪!`, url }]);
  expect(hit?.title).toBe(`${'t'.repeat(297)}…`);
});

test.each(['', 'example.com', 'javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x'])(
  'what lies at "%s" is no hit',
  (address) => expect(hitsOf('x', [{ title: 't', url: address }])).toEqual([]),
);

test('what has an address of thousands of characters is no hit', () => {
  expect(hitsOf('x', [{ title: 't', url: `${url}${'x'.repeat(2_000)}` }])).toEqual([]);
});

test('what has no title is no hit', () => {
  expect(hitsOf('x', [{ title: ' \u0000 ', url }])).toEqual([]);
});

test('a date is given in one spelling, and left out when it is none', () => {
  const dates = ['Tue, 05 Mar 2024 10:00:00 +0100', '2024-03-05', 'yesterday'];
  expect(
    hitsOf(
      'x',
      dates.map((published) => ({ title: 't', url, published })),
    ).map(({ published }) => published),
  ).toEqual(['2024-03-05T09:00:00.000Z', '2024-03-05T00:00:00.000Z', undefined]);
});
