/** What the documents point at is there: files, folders, and headings of other documents. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../cli/root';
import { documents, linesOf } from './documents';

const FOLDERS = 'activities|bench|cli|config|deploy|docs|gateway|test|worker|workflows';
const LINK = /\]\((?!https?:)([^)]+)\)/g;
/** A path in back quotes; one with `<tool>` or `*` in it stands for many. */
const PATH = new RegExp(`\`((?:${FOLDERS})/[\\w./-]*)\``, 'g');

const isThere = (path: string): boolean => existsSync(join(packageRoot(), path));

/** As GitHub makes the anchor of a heading. */
const anchorsOf = (document: string): readonly string[] =>
  linesOf(document)
    .filter(({ text }) => text.startsWith('#'))
    .map(({ text }) =>
      text
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );

/** Whether a link of `document` leads somewhere. */
function leads(document: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? document : join(dirname(document), file);
  return isThere(path) && (anchor === undefined || anchorsOf(path).includes(anchor));
}

test.each(documents)('every link and every path of %s leads somewhere', (document) => {
  const lost = linesOf(document).flatMap(({ text, at }) => [
    ...[...text.matchAll(LINK)].flatMap(([, link = '']) => (leads(document, link) ? [] : [`${at}: ${link}`])),
    ...[...text.matchAll(PATH)].flatMap(([, path = '']) => (isThere(path) ? [] : [`${at}: ${path}`])),
  ]);
  expect(lost).toEqual([]);
});
