/** When two addresses are of one page. */
import { isNotedIn, pageKeyOf } from '../../workflows/page-key';

test.each([
  ['http://www.example.com/a/', 'https://example.com/a'],
  ['https://example.com/a#part', 'https://example.com/a'],
  ['https://example.com/a?utm_source=x&b=1&a=2', 'https://example.com/a?a=2&b=1'],
  ["https://example.com/it's_%C3%A9", 'https://example.com/it%27s_é'],
  ['https://example.com/index.html', 'https://example.com'],
  ['https://m.example.com/a?fbclid=1', 'https://EXAMPLE.com/a'],
])('%s is %s', (one, other) => {
  expect(pageKeyOf(one)).toBe(pageKeyOf(other));
});

test.each([
  ['https://example.com/a', 'https://example.com/A'],
  ['https://example.com/?id=1', 'https://example.com/?id=2'],
  ['https://example.com/#/a', 'https://example.com/#/b'],
  ['https://a.example.com/', 'https://b.example.com/'],
  ['file:///a/index.html', 'file:///a'],
])('%s is not %s', (one, other) => {
  expect(pageKeyOf(one)).not.toBe(pageKeyOf(other));
});

test('a page is noted at the address where it is in truth, or with its text', () => {
  const note = (url: string, page?: { url: string; text: string }) => ({
    url,
    title: '',
    source: '',
    sentences: [],
    ...(page && { page }),
  });
  const notes = [
    note('https://short.example/1', { url: 'https://long.example/page', text: 'x' }),
    note('https://old.example/'),
  ];
  expect(isNotedIn(notes, note('https://long.example/page', { url: 'https://long.example/page', text: 'y' }))).toBe(
    true,
  );
  expect(isNotedIn(notes, note('https://mirror.example/', { url: 'https://mirror.example/', text: 'x' }))).toBe(true);
  expect(isNotedIn(notes, note('https://other.example/', { url: 'https://other.example/', text: 'y' }))).toBe(false);
  expect(isNotedIn(notes, note('https://other.example/'))).toBe(false);
});
