/** What a model may say in a report, and what it cannot know. */
import { knownReportOf } from '../../../activities/research/report-answer';

const given = 'https://a.example/page';
const doi = 'https://doi.org/10.1016/0092-8674(94)90302-6';
const read = (report: string, sources = 3) => knownReportOf({ report, sources, addresses: [given, doi] });

test.each([
  ['citations that were given', 'Yes [1]. And [2][3].', 'Yes [1]. And [2][3].'],
  ['a list of citations', 'Yes [1, 3].', 'Yes [1][3].'],
  ['a range of citations', 'Yes [1-3].', 'Yes [1][2][3].'],
  ['footnotes', 'Yes [^1].\n\n[^1]: https://made.example/up', 'Yes [1].'],
  ['other brackets', 'Yes【1†source】 and [Source 2] and [cite: 3].', 'Yes[1] and [2] and [3].'],
  ['a citation that leads somewhere', 'Yes [1](https://made.example/up).', 'Yes [1].'],
  ['a range of numbers', 'In [0, 9] it is.', 'In [0, 9] it is.'],
  ['code', 'Use `a[7]`.\n\n```c\nb[8] = 1;\n```', 'Use `a[7]`.\n\n```c\nb[8] = 1;\n```'],
  [
    'links that were given',
    `See [this](${given}/) or <${given}> or ${given}.`,
    `See [this](${given}/) or <${given}> or ${given}.`,
  ],
  ['an address with brackets', `See ${doi}, there.`, `See ${doi}, there.`],
  ['a fence around all', '```markdown\n# T\n\nText [1].\n```', '# T\n\nText [1].'],
])('%s', (_what, report, shown) => {
  expect(read(report)).toEqual({ report: shown, taken: [] });
});

test('citations that were not given are taken out and reported', () => {
  expect(read('Yes [1][7]. No [9, 2]. Maybe【12†x】.')).toEqual({
    report: 'Yes [1]. No [2]. Maybe.',
    taken: [expect.stringMatching(/\[7\], \[9\], \[12\]/)],
  });
});

test.each([
  ['a link', 'See [the page](https://made.example/up "t").', 'See the page.'],
  ['a link with brackets', 'See [the [old] page](https://made.example/a_(b)).', 'See the [old] page.'],
  ['a picture', 'Look: ![a chart](https://made.example/x.png?q=1)!', 'Look: a chart!'],
  ['an address', 'See https://made.example/up.', 'See .'],
  ['an address without a protocol', 'See www.made.example/up, there.', 'See , there.'],
  ['an address in brackets', 'See <https://made.example/up>.', 'See .'],
  ['an address in code', '`curl https://made.example/up`', '`curl`'],
  ['other protocols', 'See [a](javascript:x) [b](//made.example) [c](<https://made.example/a b>).', 'See a b c.'],
  ['one that looks as if it were given', 'See [a](https://a.example@made.example/page).', 'See a.'],
])('%s that the model made up is not shown, and reported', (_what, report, shown) => {
  const { report: clean, taken } = read(report);
  expect(clean.replace('`curl `', '`curl`')).toBe(shown);
  expect(taken).toEqual([expect.stringMatching(/wrote (a link|3 links) to what it was not given/)]);
  expect(clean).not.toContain('made.example');
});

test('elements of HTML that lead elsewhere are taken out', () => {
  expect(read('A <a href="https://made.example">b</a> <img src=x>c.').report).toBe('A b c.');
});

test.each([
  ['Sources', '# T\n\nText [1].\n\n## Sources\n\n1. [feeds] A — https://made.example\n'],
  ['References in bold', '# T\n\nText [1].\n\n**References:**\n[1] A. https://made.example\n[2] B\n'],
  ['a line with a colon', '# T\n\nText [1].\n\nSources:\n- A\n- B'],
  ['a heading that is underlined', '# T\n\nText [1].\n\nReferences\n----------\n[1] A'],
  ['another language', '# T\n\nText [1].\n\n### 参考文献\n1. 甲'],
  ['a number', '# T\n\nText [1].\n\n## 7. References\n\nSmith (2020). A title.'],
])("the model's own list of sources is dropped: %s", (_what, report) => {
  expect(read(report).report).toBe('# T\n\nText [1].');
});

test('what comes behind the list, and what only speaks of sources, stays', () => {
  expect(read('## Sources of error\n\nMany.\n\n## Sources\n- A\n\n## Outlook\n\nGood.').report).toBe(
    '## Sources of error\n\nMany.\n\n## Outlook\n\nGood.',
  );
  expect(read('**Sources**\n- A\n\nThat is all there is to it.').report).toBe('That is all there is to it.');
});
