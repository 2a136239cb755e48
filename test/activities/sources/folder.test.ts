/** Documents on the disk are found by their words, and nothing outside of the folders is. */
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createFoldersSource } from '../../../activities/sources/folder';
import { failureOf } from '../repository/world';
import { folderOf, never } from './world';

const first = { offset: 0, limit: 10 };
const titles = async (roots: string[], query: string, slice = first) =>
  (await createFoldersSource(roots).search(query, slice, never)).map(({ title }) => title);

test('a document is found with its title, its address and the place of the words', async () => {
  const root = folderOf({
    'notes/sagas.md': `# Sagas in practice\n\n${'Much else. '.repeat(50)}Compensate backwards.\n`,
  });
  expect(await createFoldersSource([root]).search('compensate', first, never)).toEqual([
    {
      title: 'Sagas in practice',
      url: pathToFileURL(join(root, 'notes/sagas.md')).href,
      snippet: expect.stringMatching(/^….{90,110}Compensate backwards\.$/),
      source: 'folders',
    },
  ]);
});

test('all the words once come before one of them often, and the title counts more than the text', async () => {
  const root = folderOf({
    'often.txt': 'saga '.repeat(100),
    'both.txt': 'A saga that is durable.',
    'title.md': '# Durable saga\n\nText.',
    'neither.txt': 'Something else.',
  });
  expect(await titles([root], 'Durable SAGA')).toEqual(['Durable saga', 'both.txt', 'often.txt']);
});

test('of an HTML document the text counts, not the markup', async () => {
  const root = folderOf({
    'a.html': '<title>Page</title><style>.durable{}</style><p class="durable">A <b>sa</b>ga</p>',
  });
  expect(await titles([root], 'durable')).toEqual([]);
  expect(await titles([root], 'saga')).toEqual(['Page']);
});

test('only documents are read, and hidden ones are not', async () => {
  const root = folderOf({
    'a.txt': 'saga',
    'b.png': 'saga',
    '.hidden.txt': 'saga',
    '.git/c.txt': 'saga',
    noname: 'saga',
  });
  expect(await titles([root], 'saga')).toEqual(['a.txt']);
});

test('no link is followed, neither to a file nor to a folder', async () => {
  const outside = folderOf({ 'secret.txt': 'saga', 'more/secret.txt': 'saga' });
  const root = folderOf({ 'a.txt': 'saga' });
  symlinkSync(join(outside, 'secret.txt'), join(root, 'linked.txt'));
  symlinkSync(outside, join(root, 'linked'));
  symlinkSync(root, join(root, 'circle'));
  expect(await titles([root], 'saga')).toEqual(['a.txt']);
});

test('a pipe with the name of a document stops nothing', async () => {
  const root = folderOf({ 'a.txt': 'saga' });
  execFileSync('mkfifo', [join(root, 'pipe.txt')]);
  expect(await titles([root], 'saga')).toEqual(['a.txt']);
});

test('a document of many megabytes is read as far as the limit goes', async () => {
  const root = folderOf({ 'large.txt': Buffer.concat([Buffer.alloc(1_200_000, 'x '), Buffer.from(' saga')]) });
  expect(await titles([root], 'saga')).toEqual([]);
});

test('the slices of a search fit together', async () => {
  const names = Array.from({ length: 7 }, (_each, n) => `${n}.txt`);
  const root = folderOf(Object.fromEntries(names.map((name) => [name, 'saga'])));
  expect([
    ...(await titles([root], 'saga', { offset: 0, limit: 4 })),
    ...(await titles([root], 'saga', { offset: 4, limit: 4 })),
  ]).toEqual(names);
});

test('several folders are one source', async () => {
  expect(await titles([folderOf({ 'a.txt': 'saga' }), folderOf({ 'b.txt': 'saga saga' })], 'saga')).toEqual([
    'b.txt',
    'a.txt',
  ]);
});

test('a folder that is missing is said to be, without its path', async () => {
  const search = createFoldersSource(['/nowhere/at/all']).search('saga', first, never);
  const { type, message } = await failureOf(search);
  expect([type, message]).toEqual(['unavailable', expect.not.stringContaining('nowhere')]);
});

test('a folder that is missing beside others is named, and the others are searched', async () => {
  const skipped: object[] = [];
  const source = createFoldersSource(['/nowhere/at/all', folderOf({ 'a.txt': 'saga' })]);
  expect(await source.search('saga', first, never, (what) => skipped.push(what))).toHaveLength(1);
  expect(skipped).toEqual([{ what: 'folders', why: expect.stringMatching(/^1 of 2 folders/) }]);
});

test('timers run while a folder is searched, so that heartbeats do', async () => {
  const root = folderOf(
    Object.fromEntries(Array.from({ length: 50 }, (_each, n) => [`${n}.txt`, 'saga '.repeat(1_000)])),
  );
  let ticks = 0;
  const clock = setInterval(() => (ticks += 1), 0);
  await titles([root], 'saga');
  clearInterval(clock);
  expect(ticks).toBeGreaterThan(1);
});

test('a search that is cancelled stops', async () => {
  const root = folderOf({ 'a.txt': 'saga' });
  await expect(createFoldersSource([root]).search('saga', first, AbortSignal.abort())).rejects.toThrow('aborted');
});
