/**
 * Undoes the compression of a reply. Nobody asks for it, but some sites compress whatever is asked. It happens in the threads of
 * libuv, not on the event loop, and stops as soon as the text is larger than it may be.
 */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import type { ZlibOptions } from 'node:zlib';

/** Why a body cannot be had: it is larger than it may be, ends too early or is damaged, or is in a way that is not known here. */
export class CompressionError extends Error {
  constructor(
    readonly reason: 'too_large' | 'broken' | 'unknown',
    options?: ErrorOptions,
  ) {
    super(`The body cannot be decompressed: ${reason}.`, options);
  }
}

type Undo = (body: Buffer, options: ZlibOptions) => Promise<Buffer>;

const undoGzip: Undo = promisify(gunzip);
const undoZlib: Undo = promisify(inflate);
const undoRaw: Undo = promisify(inflateRaw);

const isGzip = (body: Buffer): boolean => body[0] === 0x1f && body[1] === 0x8b;
/** Whether the body begins as the format zlib does. */
const isZlib = (body: Buffer): boolean =>
  body.length > 1 && (body[0] ?? 0) % 16 === 8 && body.readUInt16BE(0) % 31 === 0;

/** By their names in `content-encoding`. */
const CODINGS: Readonly<Record<string, Undo | undefined>> = {
  // Some sites name it, and send what is not compressed.
  gzip: async (body, options) => (isGzip(body) ? undoGzip(body, options) : body),
  br: promisify(brotliDecompress),
  // Meant is the format zlib; some servers send what is inside of it alone.
  deflate: async (body, options) => (isZlib(body) ? undoZlib(body, options) : undoRaw(body, options)),
};
/** Known, and not read here. What is none of either list, such as `utf-8`, is a mistake and says nothing of the body. */
const UNREAD = ['compress', 'zstd', 'dcb', 'dcz'];
/** More than one after the other is rare, and many are an attack. */
const MOST_CODINGS = 3;

/**
 * @param encoding - the header `content-encoding`: in the order in which the codings were applied
 * @param maxBytes - largest body when it is not compressed any more
 * @throws CompressionError
 */
export async function uncompressed(body: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  if (body.length === 0) return body;
  const names = encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim().replace(/^x-/, ''))
    .reverse();
  if (names.length > MOST_CODINGS || names.some((name) => UNREAD.includes(name))) throw new CompressionError('unknown');
  let plain = body;
  for (const name of names)
    plain = await undone(plain, Object.hasOwn(CODINGS, name) ? CODINGS[name] : undefined, maxBytes);
  return plain;
}

async function undone(body: Buffer, undo: Undo | undefined, maxOutputLength: number): Promise<Buffer> {
  try {
    return undo === undefined ? body : await undo(body, { maxOutputLength });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new CompressionError(isTooLarge ? 'too_large' : 'broken', { cause: error });
  }
}
