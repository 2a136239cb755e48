/** Reads a document and the files that it refers to, from its folder or its origin and from nowhere else. */
import { open, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pLimit from 'p-limit';
import { failure } from '../../failure';
import { inThread, isTooMuch } from '../../thread';
import type { Api } from './api';
import { isNode } from './json';
import type { ReadRequest, readApi } from './read';
import type { Wire } from './wire';

/** Most files that a document may be spread over, and how often one may lead to others. */
const FILES_MAX = 5_000;
const ROUNDS_MAX = 30;
/** Files read at one time. */
const AT_ONCE = 8;

const ACCEPT = 'application/json, application/yaml, text/yaml;q=0.9, */*;q=0.5';

export interface Document {
  readonly api: Api;
  /** Its address, after redirects. */
  readonly address: URL;
}

export type Documents = (signal: AbortSignal) => Promise<Document>;

export interface DocumentNeeds extends Omit<ReadRequest, 'main' | 'texts'> {
  /** Whose document it is, at the beginning of a sentence. */
  readonly who: string;
  /** File or URL. */
  readonly from: string;
  /** Largest document, all its files together, bytes. */
  readonly maxBytes: number;
  readonly wire: Wire;
  /** Sent along to URLs of this origin. */
  readonly headers: readonly string[];
  readonly headersFor: (origin: string) => Readonly<Record<string, string>>;
}

const read = inThread<typeof readApi>(require.resolve('./read'), 'readApi');

export function createDocuments({ who, from, maxBytes, wire, headersFor, ...wanted }: DocumentNeeds): Documents {
  const files = pLimit(AT_ONCE);

  async function fetched(url: URL, signal: AbortSignal): Promise<[address: URL, bytes: Buffer]> {
    const headers = { accept: ACCEPT, ...headersFor(url.origin) };
    const answer = await wire.send({ url, headers, signal, repeatable: true });
    if (answer.status === 429 || answer.status >= 500)
      throw failure('unavailable', `${who}: the address of its document answered ${answer.status}. Try again later.`);
    if (answer.status !== 200) throw unreadable(`its address answered ${answer.status}`);
    return [answer.url, answer.body];
  }

  function unreadable(why: string, cause?: unknown): Error {
    return failure('refused', `${who}: its document cannot be used: ${why}`, cause);
  }

  async function opened(url: URL, folder: string | undefined): Promise<[address: URL, bytes: Buffer]> {
    let path: string;
    try {
      path = await realpath(fileURLToPath(url));
    } catch (error) {
      throw unreadable('there is no such file.', error);
    }
    if (folder !== undefined && !path.startsWith(folder))
      throw unreadable('it refers to a file outside of its folder.');
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > maxBytes) throw tooLarge();
      return [pathToFileURL(path), await file.readFile()];
    } catch (error) {
      throw isNode(error) && 'code' in error ? unreadable('it is no file that can be read.', error) : error;
    } finally {
      await file.close();
    }
  }

  const tooLarge = (): Error =>
    unreadable(`it has more than the ${maxBytes} bytes of limits.max_bytes, with the files that it refers to.`);

  return async (signal) => {
    const first = addressOf(from);
    const [address, bytes] = await (first.protocol === 'file:' ? opened(first, undefined) : fetched(first, signal));
    const inFolder = address.protocol === 'file:' ? `${dirname(fileURLToPath(address))}${sep}` : undefined;
    const texts = new Map([[address.href, bytes.toString()]]);
    let total = bytes.length;

    async function add(href: string): Promise<void> {
      signal.throwIfAborted();
      const url = URL.canParse(href) ? new URL(href) : undefined;
      if (url?.protocol !== address.protocol || (inFolder === undefined && url.origin !== address.origin))
        throw unreadable(
          `it refers to ${inFolder === undefined ? 'another origin than its own' : 'what is outside of its folder'}.`,
        );
      const [, more] = inFolder === undefined ? await fetched(url, signal) : await opened(url, inFolder);
      total += more.length;
      if (total > maxBytes) throw tooLarge();
      texts.set(href, more.toString());
    }

    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const found = await read({ ...wanted, main: address.href, texts }, signal).catch((error: unknown) => {
        throw isTooMuch(error) ? unreadable('it takes too long, or too much memory, to read.', error) : error;
      });
      if (found.kind === 'api') return { api: found.api, address };
      if (found.kind === 'unusable') throw unreadable(found.why);
      if (texts.size + found.missing.length > FILES_MAX) break;
      await Promise.all(found.missing.map((href) => files(() => add(href))));
    }
    throw unreadable(`it is spread over more than ${FILES_MAX} files, or they lead too far.`);
  };
}

/** A path, absolute or below the worker's folder, or a URL. */
function addressOf(from: string): URL {
  if (!isAbsolute(from) && /^(https?|file):/i.test(from) && URL.canParse(from)) return new URL(from);
  return pathToFileURL(from);
}
