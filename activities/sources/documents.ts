/**
 * The documents in the folders that the operator offers: which there are, and what is in one. Symbolic links are never
 * followed, hidden files and folders never read.
 */
import { constants } from 'node:fs';
import { open, opendir, realpath } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure } from '../failure';

/** Entries of a folder that are looked at, documents or not. */
const MOST_ENTRIES = 200_000;
/** Of a longer document the beginning is read. */
export const MOST_BYTES = 1_024 ** 2;

export type DocumentKind = 'html' | 'text';

export interface Document {
  readonly kind: DocumentKind;
  readonly body: Buffer;
  readonly truncated: boolean;
}

/** Undefined for the name of a file that is no document. */
export function documentKindOf(path: string): DocumentKind | undefined {
  if (/\.html?$/i.test(path)) return 'html';
  return /\.(md|txt)$/i.test(path) ? 'text' : undefined;
}

/**
 * The paths of all documents under the folders, in no order.
 *
 * @throws ApplicationFailure `unavailable` when a folder cannot be read: another worker may have it
 */
export async function* documentsIn(folders: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
  for (const folder of folders) {
    const root = await realpath(folder).catch((error: unknown) => {
      throw failure('unavailable', 'A folder of worker.sources.folders cannot be read on this worker.', error);
    });
    yield* documentsUnder(root, signal);
  }
}

async function* documentsUnder(root: string, signal: AbortSignal): AsyncGenerator<string> {
  const folders = [root];
  let entries = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const opened = await opendir(folder).catch(() => undefined); // may be gone by now, or not ours to read
    for await (const entry of opened ?? []) {
      signal.throwIfAborted();
      if (++entries > MOST_ENTRIES) return;
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && documentKindOf(entry.name) !== undefined) yield path;
    }
  }
}

/**
 * The path of the document that a file: URL names, every link on the way resolved; undefined when it is none in the
 * folders, whether it exists or not.
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

/** Undefined when the file is gone, is not ours to read, or has become something else than a file. */
export async function readDocument(path: string): Promise<Document | undefined> {
  const kind = documentKindOf(path);
  // Neither follows a link that has taken the file's place, nor waits for the other end of a pipe.
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
