/**
 * Lists and reads the documents in the folders that the operator offers. Symbolic links are never followed, hidden files and
 * folders never read.
 */
import { constants } from 'node:fs';
import { open, opendir, realpath } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure } from '../failure';

/** Most entries that are looked at below one folder, documents or not. */
const MOST_ENTRIES = 200_000;
/** How much of a document is read, bytes: its beginning. */
export const MOST_BYTES = 1_024 ** 2;

export type DocumentKind = 'html' | 'text';

export interface Document {
  readonly kind: DocumentKind;
  readonly body: Buffer;
  /** Whether the document is longer than `body`. */
  readonly truncated: boolean;
}

/** The kind of document that a file name means; undefined for other files. */
function documentKindOf(path: string): DocumentKind | undefined {
  if (/\.html?$/i.test(path)) return 'html';
  return /\.(md|txt)$/i.test(path) ? 'text' : undefined;
}

/**
 * Yields the paths of all documents under the folders, in no particular order.
 *
 * @param skip - told in a sentence of what is left out
 * @throws ApplicationFailure `unavailable` when no folder can be read: another worker may be able to
 */
export async function* documentsIn(
  folders: readonly string[],
  signal: AbortSignal,
  skip: (why: string) => void,
): AsyncGenerator<string> {
  const errors: unknown[] = [];
  for (const folder of folders) {
    const root = await realpath(folder).catch((error: unknown) => void errors.push(error));
    if (root !== undefined) yield* documentsUnder(root, signal, skip);
  }
  if (errors.length === 0) return;
  if (errors.length === folders.length)
    throw failure('unavailable', 'A folder of worker.sources.folders cannot be read on this worker.', errors[0]);
  skip(`${errors.length} of ${folders.length} folders of worker.sources.folders cannot be read on this worker.`);
}

async function* documentsUnder(root: string, signal: AbortSignal, skip: (why: string) => void): AsyncGenerator<string> {
  const folders = [root];
  let entries = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const opened = await opendir(folder).catch((error: unknown) => {
      // It may be gone by now, which is no loss; or we may not read it.
      if (!isErrnoOf(error, 'ENOENT')) skip('A folder in it cannot be read on this worker.');
    });
    for await (const entry of opened ?? []) {
      signal.throwIfAborted();
      if (++entries > MOST_ENTRIES)
        return skip(`One of the folders has more than ${MOST_ENTRIES} entries; the rest was left out.`);
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && documentKindOf(entry.name) !== undefined) yield path;
    }
  }
}

/**
 * The path of the document that a file: URL names, with symbolic links resolved. Undefined when it is not a document in one of
 * the folders, whether it exists or not.
 */
export async function documentAt(url: string, folders: readonly string[]): Promise<string | undefined> {
  try {
    const path = await realpath(fileURLToPath(url));
    const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
    const isOffered = roots.some((root) => {
      const inside = root === undefined ? '..' : relative(root, path);
      return !inside.split(sep).some((part) => part.startsWith('.')); // outside (`..`) or hidden
    });
    return isOffered && documentKindOf(basename(path)) !== undefined ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a document. Undefined when the file is gone, may not be read, or is no longer a regular file. */
export async function readDocument(path: string): Promise<Document | undefined> {
  const kind = documentKindOf(path);
  // In case the file was replaced meanwhile: do not follow a link, and do not wait for the other end of a pipe.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (file === undefined || kind === undefined) return undefined;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return undefined;
    const buffer = Buffer.alloc(Math.min(stats.size, MOST_BYTES));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return { kind, body: buffer.subarray(0, bytesRead), truncated: stats.size > MOST_BYTES };
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

const isErrnoOf = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
