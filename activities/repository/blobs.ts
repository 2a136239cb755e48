/** Reads what `git cat-file --batch` writes: many files in one stream, of which only the beginnings are kept. */
import { GitError } from './git';
import { createText } from './text';

/** A file of the repository. */
export interface Blob {
  /** Its first bytes, as many as were asked for. */
  readonly head: Buffer;
  /** Lines as git counts them; null when the file is binary. */
  readonly lines: number | null;
}

/** Longest line before a file: id, type and size. */
const MAX_HEADER = 200;

/**
 * Yields the files in the order in which they were asked for.
 *
 * @param most - how many bytes of each are kept
 * @throws GitError when git does not have one of them
 */
export async function* blobsOf(chunks: AsyncIterable<Buffer>, most: number): AsyncGenerator<Blob> {
  let header = '';
  let left: number | undefined; // bytes of the present file, and the line break behind it
  let head: Buffer[] = [];
  let kept = 0;
  let text = createText();
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      if (left === undefined) {
        const end = chunk.indexOf(10, at);
        header += chunk.toString('latin1', at, end === -1 ? chunk.length : end);
        at = end === -1 ? chunk.length : end + 1;
        if (header.length > MAX_HEADER) throw new GitError('cat-file', 128, 'no header of a file');
        if (end === -1) continue;
        const [, size] = /^[0-9a-f]+ blob (\d+)$/.exec(header) ?? [];
        if (size === undefined) throw new GitError('cat-file', 128, `missing blob: ${header}`);
        header = '';
        left = Number(size) + 1;
      }
      const part: Buffer = chunk.subarray(at, at + Math.min(left, chunk.length - at));
      at += part.length;
      left -= part.length;
      const content = left === 0 ? part.subarray(0, -1) : part;
      if (kept < most) {
        const piece = Buffer.from(content.subarray(0, most - kept)); // a copy: the chunk is not to be held by it
        head.push(piece);
        kept += piece.length;
      }
      text.add(content);
      if (left === 0) {
        yield { head: Buffer.concat(head), lines: text.lines() };
        [left, head, kept, text] = [undefined, [], 0, createText()];
      }
    }
  }
}
