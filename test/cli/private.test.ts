/** Who can read what a stack keeps: its owner alone. */
import { chmodSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepPrivate } from '../../cli/dev/private';

beforeEach(() => process.umask(0o022));
afterAll(() => process.umask(0o022));

/** A directory as an earlier version left it, in a folder that everybody can read. */
function older(...others: readonly string[]): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-private-'));
  chmodSync(dataDir, 0o755);
  for (const folder of ['repositories', 'code']) mkdirSync(join(dataDir, folder), { mode: 0o755 });
  for (const file of ['temporal.db', 'temporal.db-wal', 'worker-1.log', 'ports.json', 'secret', ...others])
    writeFileSync(join(dataDir, file), '', { mode: 0o644 });
  return dataDir;
}

const modeOf = (...path: readonly string[]): string => (statSync(join(...path)).mode & 0o777).toString(8);

test('a data directory that an earlier version left open is closed, with what lies in it', () => {
  const dataDir = older();
  keepPrivate(dataDir);
  expect([modeOf(dataDir), modeOf(dataDir, 'repositories'), modeOf(dataDir, 'code')]).toEqual(['700', '700', '700']);
  const files = ['temporal.db', 'temporal.db-wal', 'worker-1.log', 'ports.json', 'secret'];
  expect(files.map((file) => modeOf(dataDir, file))).toEqual(files.map(() => '600'));
});

test('what is made from then on is closed, too', () => {
  const dataDir = join(older(), 'deeper', 'data');
  keepPrivate(dataDir);
  writeFileSync(join(dataDir, 'worker-1.log'), '');
  expect([modeOf(dataDir), modeOf(dataDir, 'worker-1.log')]).toEqual(['700', '600']);
});

test('a folder that holds things of others stays open, and so do they', () => {
  const dataDir = older('letters.txt');
  keepPrivate(dataDir);
  expect([modeOf(dataDir), modeOf(dataDir, 'letters.txt'), modeOf(dataDir, 'temporal.db')]).toEqual([
    '755',
    '644',
    '600',
  ]);
});

test.each([
  ['a file', () => join(older('letters.txt'), 'letters.txt'), /which is a file\. Set it to a folder\.$/],
  [
    'below a file',
    () => join(older('letters.txt'), 'letters.txt', 'data'),
    /\(ENOTDIR\)\. Set HOLDFAST_DATA_DIR to a folder/,
  ],
  [
    'where nobody can make a folder',
    () => '/proc/holdfast/data',
    /\((ENOENT|EROFS|EACCES)\)\. Set HOLDFAST_DATA_DIR to a folder/,
  ],
])('a data directory that is %s is refused in a sentence', (_what, dataDir, sentence) => {
  expect(() => keepPrivate(dataDir())).toThrow(sentence);
});
