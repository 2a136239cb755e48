/** A page becomes text, in bounds, whatever it is made of; what is no page is refused in a sentence. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createPageReader } from '../../../activities/sources/page';
import { failureOf } from '../repository/world';
import { body, flood, folderOf, html, never, reset, secondsOfWork, silence, site, status } from './world';
import type { Answer } from './world';

async function read(answer: Answer, path = '/page', timeoutMs?: number) {
  const { egress, url } = await site(answer, timeoutMs);
  const page = await createPageReader({ egress, folders: [] })(`${url}${path}`, never);
  return { ...page, url: page.url.replace(url, '') };
}

const sentence = 'Every step of a saga has a step that undoes it, and they run in reverse order. ';
const article = `<!DOCTYPE html><html><head><title>Sagas | Blog</title></head><body>
  <nav><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav>
  <article><h1>Sagas</h1>${`<p>${sentence.repeat(4)}</p>`.repeat(6)}<pre>undo();
undo();</pre></article>
  <footer>All rights reserved</footer><script>track()</script></body></html>`;

test('the article of a page is read, and what surrounds it is not', async () => {
  const { url, title, text, truncated } = await read(html(article));
  expect([url, title, truncated]).toEqual(['/page', 'Sagas | Blog', false]);
  expect(text).toContain(`${sentence.repeat(4).trim()}\n`);
  expect(text).not.toMatch(/About us|rights reserved|track/);
});

test('a page that is no article is read as a whole', async () => {
  const { title, text } = await read(html('<title>Short</title><p>One.<p>Two &amp; <b>th</b>ree.<script>x()</script>'));
  expect([title, text]).toEqual(['Short', 'One.\nTwo & three.']);
});

test('plain text and Markdown are read as they are', async () => {
  expect(await read(body('text/plain', 'a < b\n\n\n  c'), '/a.txt')).toMatchObject({
    title: '127.0.0.1',
    text: 'a < b\nc',
  });
  expect(await read(body('text/markdown', '# Title\n\n* <b>'))).toMatchObject({
    title: 'Title',
    text: '# Title\n* <b>',
  });
});

test('a long text is cut, and says so', async () => {
  const { text, truncated } = await read(body('text/plain', 'word '.repeat(20_000)));
  expect([text.length, truncated]).toEqual([40_000, true]);
});

test('a page is read in the encoding that it declares', async () => {
  const latin = Buffer.from('<meta charset="iso-8859-1"><title>\xfcber</title><p>gr\xfc\xdfe', 'latin1');
  expect(await read(body('text/html', latin))).toMatchObject({ title: 'über', text: 'grüße' });
});

test('control characters and hidden letters are gone', async () => {
  expect(await read(html('<p>a\u0001b\u001bc\u202ed\u{e0041}e&#x7;f'))).toMatchObject({ text: 'abcdef' });
});

test.each(['application/pdf', 'image/png', 'application/json', ''])('"%s" is no page', async (type) => {
  const failure = await failureOf(read(body(type, '%PDF-1.7')));
  expect(failure).toMatchObject({ type: 'refused', message: expect.stringContaining('neither HTML nor plain text') });
});

test('a page that needs a browser has no text', async () => {
  expect(await failureOf(read(html('<div id="root"></div><script src="app.js"></script>')))).toMatchObject({
    type: 'refused',
    message: expect.stringContaining('no text of its own'),
  });
});

test('the address is that at the end of redirects', async () => {
  const answer: Answer = (request, response) =>
    (request.url === '/c' ? body('text/plain', 'here') : status(302, { location: request.url === '/a' ? '/b' : '/c' }))(
      request,
      response,
    );
  expect(await read(answer, '/a')).toMatchObject({ url: '/c', text: 'here' });
});

test('redirects in a circle are not followed for ever', async () => {
  expect(await failureOf(read(status(302, { location: '/page' })))).toMatchObject({ type: 'refused' });
});

test.each([
  ['503', status(503), 'unavailable', 'answered 503'],
  ['404', status(404), 'refused', 'answered 404'],
  ['silence', silence, 'unavailable', 'in time'],
  ['a reset', reset, 'unavailable', 'broke off'],
  ['50 MB', flood, 'refused', 'more than 3 MiB'],
])('of a site that answers with %s a sentence of ours is left', async (_what, answer, type, words) => {
  const failure = await failureOf(read(answer, '/page', answer === silence ? 50 : undefined));
  expect(failure).toMatchObject({ type, message: expect.stringContaining(words) });
  expect(failure.message).not.toContain('instructions');
});

const repeated = (open: string, times: number, close = '') =>
  html(`<body>${open.repeat(times)}text${close.repeat(times)}`);
test.each([
  ['nesting without end', repeated('<div>', 500_000)],
  [
    'nesting that is almost too deep, full of elements',
    html(`${'<div>'.repeat(190)}${'<p>Some words, and more.</p>'.repeat(50_000)}`),
  ],
  ['nesting full of text', html(`${'<div>'.repeat(190)}${'word, '.repeat(500_000)}`)],
  ['ends without beginnings', html(`${'<a>'.repeat(300_000)}text${'</b>'.repeat(400_000)}`)],
  ['ends of what never began', html(`${'<div>'.repeat(190)}text${'</b>'.repeat(700_000)}`)],
  ['beginnings without ends', repeated('<a href="', 300_000)],
  ['comments without ends', repeated('<!--', 700_000)],
  ['attributes without end', html(`<p ${'a=1 '.repeat(700_000)}>text`)],
  ['tables in tables', repeated('<table><tr><td>', 100_000)],
  [
    'attributes without number',
    html(`<body>${`<p ${Array.from({ length: 100 }, (_each, n) => `a${n}`).join(' ')}>text`.repeat(5_000)}`),
  ],
  ['texts in pieces', repeated('&amp;', 600_000)],
  ['comments without number', repeated('<!-- a -->', 250_000)],
])('a page of %s does not hold up the worker', async (_what, answer) => {
  const begun = secondsOfWork();
  await read(answer).catch((error: unknown) => expect(error).toMatchObject({ type: 'refused' }));
  expect(secondsOfWork() - begun).toBeLessThan(8);
});

test.each([
  ['nothing', ''],
  ['no URL', 'not a url'],
  ['of another protocol', 'ftp://example.com/'],
  ['a script', 'javascript:alert(1)'],
  ['the page itself', 'data:text/plain,x'],
  ['one with credentials', 'https://user:hunter2@example.com/'],
  ['one of 2,000 characters', `https://example.com/${'x'.repeat(2_000)}`],
])('an address that is %s is not read', async (_what, url) => {
  const { egress } = await site(silence);
  const failure = await failureOf(createPageReader({ egress, folders: [] })(url, never));
  expect(failure).toMatchObject({ type: 'invalid_input' });
  expect(failure.message).not.toMatch(/hunter2|alert/);
});

describe('a document on the disk', () => {
  const local = async (url: string, folders: string[]) =>
    createPageReader({ egress: (await site(silence)).egress, folders })(url, never);

  test('is read by the address that a search gave', async () => {
    const root = folderOf({ 'sub/a b.md': '# Title\n\nText.', 'page.html': article });
    const url = pathToFileURL(join(root, 'sub/a b.md')).href;
    expect(await local(url, ['/nowhere', root])).toEqual({
      url,
      title: 'Title',
      text: '# Title\nText.',
      truncated: false,
    });
    const page = await local(pathToFileURL(join(root, 'page.html')).href, [root]);
    expect(page).toMatchObject({ title: 'Sagas | Blog', text: expect.not.stringContaining('About us') });
  });

  test('of more than a megabyte is read in part, and says so', async () => {
    const root = folderOf({ 'a.txt': `text${'\n'.repeat(1_100_000)}` });
    expect(await local(pathToFileURL(join(root, 'a.txt')).href, [root])).toMatchObject({
      text: 'text',
      truncated: true,
    });
  });

  test('outside, hidden, behind a link, of another kind or absent is refused in the same words', async () => {
    const outside = folderOf({ 'secret.txt': 'secret' });
    const root = folderOf({
      '.hidden/a.txt': 'secret',
      '.env.txt': 'secret',
      'key.pem': 'secret',
      'folder.txt/a.md': '',
    });
    symlinkSync(join(outside, 'secret.txt'), join(root, 'link.txt'));
    symlinkSync(outside, join(root, 'linked'));
    const urls = [
      ...['.hidden/a.txt', '.env.txt', 'key.pem', 'link.txt', 'linked/secret.txt', 'absent.txt', 'folder.txt', ''].map(
        (path) => pathToFileURL(join(root, path)).href,
      ),
      pathToFileURL(join(outside, 'secret.txt')).href,
      `${pathToFileURL(root).href}/../${outside.split('/').at(-1) ?? ''}/secret.txt`,
      `${pathToFileURL(root).href}-sibling/a.txt`,
      'file:///etc/passwd',
      'file://host/etc/passwd',
      'file:///a%2fb.txt',
      'file:///a%00b.txt',
    ];
    const failures = await Promise.all(urls.map((url) => failureOf(local(url, [root]))));
    expect(new Set(failures.map(({ type, message }) => `${String(type)}: ${message}`)).size).toBe(1);
    expect(failures[0]).toMatchObject({ type: 'invalid_input' });
  });
});
