/** What the search saw of a page is what is read of it, even where that is not taken for its article. */
import { createPageReader } from '../../../activities/sources/page';
import { isLost } from '../../../activities/sources/seen';
import { html, never, site } from './world';

const links = Array.from({ length: 200 }, (_, n) => `<li><a href="/${n}">Entry number ${n}, of the list</a></li>`).join(
  '',
);
const filter = `<div>${'<p>Filter the list by name, by date, by size, by author, and by many things more.</p>'.repeat(8)}</div>`;
const sentence = 'Durable execution keeps the state of a run when its process dies.';
const page = `<html><head><title>Page</title></head><body><ul class="menu">${links}</ul><article>${filter}</article><div class="sidebar"><p>${sentence}</p></div></body></html>`;

const read = async (snippet?: string) => {
  const { url, egress } = await site(html(page));
  const seen = snippet === undefined ? undefined : { snippet, words: ['durable'] };
  return (await createPageReader({ egress, folders: [] })(url, never, { ...(seen && { seen }) })).text;
};

test('a short text beside a list of 200 links is read when the search saw it', async () => {
  expect((await read()).includes(sentence)).toBe(false); // or the page proves nothing
  expect((await read('… keeps the state of a run when its pro…')).includes(sentence)).toBe(true);
});

const part = 'Filter by durable execution. Much else stands here.';
const whole = `${part} ${sentence} 持久执行在进程崩溃后保留工作流的状态。`;
test.each([
  ['its sentence is gone', { snippet: sentence, words: ['durable'] }, true],
  ['its sentence is there', { snippet: 'Much else stands here', words: ['state'] }, false],
  ['one of its pieces is there', { snippet: `${sentence} … Much else stands here`, words: [] }, false],
  [
    'its sentence is gone, in a script without spaces',
    { snippet: '…行在进程崩溃后保留工作流的状态。', words: ['持久'] },
    true,
  ],
  ['its words alone are gone', { snippet: 'Said in other words by the search', words: ['process'] }, true],
  ['its words are there', { snippet: 'Said in other words by the search', words: ['durable', 'process'] }, false],
  ['nothing of it is on the page', { snippet: 'Said in other words by the search', words: ['saga'] }, false],
])('what made a hit is lost or not: %s', (_what, seen, lost) => {
  expect(isLost(seen, part, whole)).toBe(lost);
});
