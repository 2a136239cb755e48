/** The title of a Markdown document. */
import { headingOf } from '../../../activities/sources/heading';

test.each([
  ['a heading', 'Text.\n\n## Saga ##\n', 'Saga'],
  ['front matter', '---\nlayout: page\ntitle: "Sagas: a \\"guide\\""\ntags: [a]\n---\n# Other', 'Sagas: a "guide"'],
  [
    'front matter over several lines',
    '---\r\ntitle: >\r\n  Sagas\r\n  in practice\r\ntags: x\r\n---\r\n',
    'Sagas in practice',
  ],
  ['front matter that is no YAML elsewhere', '---\ntitle: Sagas # not this\nx: {{ y }}\n---\n', 'Sagas'],
  ['front matter of TOML', '+++\ntitle = "Sagas"\n+++\n# Other', 'Sagas'],
  ['front matter without a title', '---\nlayout: page\n---\n# Saga', 'Saga'],
  ['a heading that is underlined', 'Sagas in\npractice\n=====\n\n# Other', 'Sagas in practice'],
  ['a heading that is underlined with dashes', 'Saga\n---\n', 'Saga'],
  ['a block of code before', '```sh\n# install it\n```\n\n# Saga', 'Saga'],
  ['a block of code with tildes and ticks', '~~~\n```\n# no\n~~~\n# Saga', 'Saga'],
  ['code that is indented', '    # no\n\n# Saga', 'Saga'],
  ['a comment before', '<!--\n# no\n-->\n# Saga', 'Saga'],
  ['a list before a line', '- a\n---\n# Saga', 'Saga'],
  ['a hash without a space', '#tag\n', ''],
  ['code that never ends', '```\n# no\n', ''],
])('of a document with %s', (_what, text, title) => {
  expect(headingOf(text)).toBe(title);
});
