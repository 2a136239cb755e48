/** Lists what the analyzed commit holds: files, sizes, languages, lines. Streams git's listing, and keeps only sums and top entries. */
import type { Inventory } from '../../workflows/analyze-repository/tool';
import type { StepContext } from '../step';
import type { Clone } from './clones';
import { BATCH, contentsOf, readAttributes } from './contents';
import type { Entry } from './contents';
import { GitError } from './git';
import type { Languages } from './languages';
import { createTally } from './tally';
import { visible } from './visible';

/** Most files listed. A few kilobytes of trees can name billions of files. */
const MAX_FILES = 500_000;
/** Most bytes of files that are read to count lines. A small pack can unpack to any size. */
const MAX_READ_BYTES = 4 * 1024 ** 3;
/** How many records are read between two progress reports. */
export const REPORT_EVERY = 500;
/** Most files of attributes that are held. */
const MOST_ATTRIBUTES = 10_000;
const TOP_LANGUAGES = 20;
const TOP_FOLDERS = 15;
const TOP_FILES = 10;

export const NO_FILES: Inventory = {
  files: 0,
  bytes: 0,
  symlinks: 0,
  submodules: 0,
  complete: true,
  binaryFiles: 0,
  lines: 0,
  vendored: { files: 0, bytes: 0 },
  languages: [],
  moreLanguages: 0,
  folders: [],
  moreFolders: 0,
  largest: [],
};

/** A line of git's listing. `mode` tells what it is: a file, a symbolic link (120000) or a submodule (160000). */
interface Listed extends Entry {
  readonly mode: string;
}

export async function inventoryOf(clone: Clone, languages: Languages, context: StepContext): Promise<Inventory> {
  const found = { files: 0, bytes: 0, symlinks: 0, submodules: 0, complete: true };
  const folders = createTally();
  const attributes: Entry[] = [];
  let largest: Inventory['largest'] = [];

  for await (const record of listing(clone)) {
    const { mode, id, bytes, path } = entryOf(record);
    if (mode === '160000') found.submodules += 1;
    else if (mode === '120000') found.symlinks += 1;
    else {
      if (found.files >= MAX_FILES) {
        found.complete = false;
        break;
      }
      found.files += 1;
      found.bytes += bytes;
      const slash = path.indexOf('/');
      if (slash !== -1) folders.add(path.slice(0, slash));
      if (bytes > (largest.at(TOP_FILES - 1)?.bytes ?? -1)) {
        largest = [...largest, { path, bytes }].sort((a, b) => b.bytes - a.bytes).slice(0, TOP_FILES);
      }
      if (/(^|\/)\.gitattributes$/.test(path) && attributes.length < MOST_ATTRIBUTES)
        attributes.push({ id, bytes, path });
      if (found.files % REPORT_EVERY === 0) context.report({ done: found.files, message: 'files listed' });
    }
  }

  const isReadable = found.complete && found.bytes <= MAX_READ_BYTES;
  const { languages: list, ...contents } = await contentsOf(
    clone,
    regularFiles(clone, found.files),
    { languages, attributes: await readAttributes(clone, attributes), isReadable },
    context,
    (done) => context.report({ done, total: found.files, message: 'files read' }),
  );
  const top = folders.top(TOP_FOLDERS);
  return {
    ...found,
    ...contents,
    languages: list.slice(0, TOP_LANGUAGES),
    moreLanguages: Math.max(0, list.length - TOP_LANGUAGES),
    folders: top.map(([path, files]) => ({ path: visible(path), files })),
    moreFolders: folders.size() - top.length,
    largest: largest.map(({ path, bytes }) => ({ path: visible(path), bytes })),
  };
}

const listing = (clone: Clone): AsyncGenerator<string> => clone.records(['ls-tree', '-r', '-l', '-z', clone.commit]);

/** The first `most` regular files, many at a time: to wait for each of half a million takes longer than to look at it. */
async function* regularFiles(clone: Clone, most: number): AsyncGenerator<readonly Entry[]> {
  let left = most;
  if (left === 0) return;
  let batch: Entry[] = [];
  for await (const record of listing(clone)) {
    const entry = entryOf(record);
    if (!entry.mode.startsWith('100')) continue;
    batch.push(entry);
    left -= 1;
    if (left === 0) break;
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Parses a record of `ls-tree -l -z`: columns with mode, type, id and size, a tab, and the path without quoting.
 *
 * @throws GitError when git does not have the file
 */
export function entryOf(record: string): Listed {
  const tab = record.indexOf('\t');
  const [mode = '', , id = '', size = ''] = record.slice(0, tab).split(/ +/);
  if (size === 'BAD') throw new GitError('ls-tree', 128, `missing blob: ${id}`);
  return { mode, id, bytes: Number(size) || 0, path: record.slice(tab + 1) };
}
