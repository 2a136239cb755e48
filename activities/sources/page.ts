/** Reads a document that a search found or the caller named: a public web page, or a file in an offered folder. */
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Egress } from '../egress/egress';
import { failure } from '../failure';
import { inThread, isTooMuch } from '../thread';
import { documentAt, readDocument } from './documents';
import type { DocumentKind } from './documents';
import { fetchReply } from './fetch';
import type { Given, Readable, readableOf as read } from './readable';
import type { Seen } from './seen';

/** A document as text. */
export interface Page {
  /** Where the document was found, after redirects. */
  readonly url: string;
  readonly title: string;
  readonly text: string;
  /** Whether the document is longer than `text`. */
  readonly truncated: boolean;
}

export interface PageReaderNeeds {
  /** Reaches the web pages. */
  readonly egress: Egress;
  /** Folders whose documents may be read. */
  readonly folders: readonly string[];
}

/** Longest time for one page, milliseconds. The heaviest that is read as an article takes about a second. */
const PAGE_MS = 10_000;
/** Longest address, and longest text where nobody asks for another, characters. */
const URL_MAX = 2_000;
const TEXT_MAX = 40_000;

const readInThread = inThread<typeof read>(require.resolve('./readable'), 'readableOf', PAGE_MS);

/**
 * Reads the page at an http(s) or file: URL.
 *
 * @throws ApplicationFailure `invalid_input` for a URL that is not read here, `refused` for a document without text, or that takes too long to read; also as
 *   {@link fetchReply}
 */
export type PageReader = (url: string, signal: AbortSignal, wanted?: Wanted) => Promise<Page>;

/** Which part of a page is wanted. */
export interface Wanted {
  /** Longest text, characters. Default 40,000. */
  readonly max?: number;
  /** What a search saw of the page, so that it is not taken for something around the article. */
  readonly seen?: Seen;
}

export function createPageReader({ egress, folders }: PageReaderNeeds): PageReader {
  return async (url, signal, wanted = {}) => {
    const parsed = URL.canParse(url) && url.length <= URL_MAX ? new URL(url) : undefined;
    switch (parsed?.protocol) {
      case 'https:':
      case 'http:':
        if (parsed.username !== '' || parsed.password !== '') {
          throw failure('invalid_input', 'url must not carry credentials: it is recorded with the job.');
        }
        return webPage(egress, parsed.href, signal, wanted);
      case 'file:':
        return localPage(parsed.href, folders, signal, wanted);
      default:
        throw failure(
          'invalid_input',
          `url must begin with https://, or be the address of a document as a search returned it, and have at most ${URL_MAX} characters.`,
        );
    }
  };
}

async function webPage(egress: Egress, url: string, signal: AbortSignal, wanted: Wanted): Promise<Page> {
  const accept = 'text/html, application/xhtml+xml, text/markdown;q=0.9, text/plain;q=0.8';
  const reply = await fetchReply(egress, { who: 'The site', url, accept, redirects: 3, signal });
  const type = reply.headers['content-type'] ?? '';
  const kind = kindOf(type);
  if (kind === undefined) throw failure('refused', 'The page is neither HTML nor plain text, so it is not read.');
  const readable = await readableOf({ kind, body: reply.body, type }, wanted, signal);
  return pageOf(reply.url, readable, new URL(reply.url).hostname);
}

async function localPage(url: string, folders: readonly string[], signal: AbortSignal, wanted: Wanted): Promise<Page> {
  const path = await documentAt(url, folders);
  const document = path === undefined ? undefined : await readDocument(path);
  if (path === undefined || document === undefined) {
    // One sentence whether the file exists or not, so that nobody can find out.
    throw failure('invalid_input', 'url names no document in a folder that this server offers.');
  }
  const { kind, truncated } = document;
  const readable = await readableOf({ kind, body: document.body }, wanted, signal);
  return pageOf(pathToFileURL(path).href, { ...readable, truncated: truncated || readable.truncated }, basename(path));
}

/** Undefined for a type that is not read. */
function kindOf(contentType: string): DocumentKind | undefined {
  const type = contentType.split(';', 1).join('').trim().toLowerCase();
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html';
  return ['text/plain', 'text/markdown', 'text/x-markdown'].includes(type) ? 'text' : undefined;
}

async function readableOf(
  document: Pick<Given, 'kind' | 'body' | 'type'>,
  { max = TEXT_MAX, seen }: Wanted,
  signal: AbortSignal,
): Promise<Readable> {
  try {
    return await readInThread({ ...document, max, seen }, signal);
  } catch (error) {
    if (isTooMuch(error))
      throw failure('refused', 'The page is unreadable: it took too long, or too much memory.', error);
    throw error;
  }
}

/** @param name - the title of a document that has none */
function pageOf(url: string, { title, text, truncated }: Readable, name: string): Page {
  if (text === '') throw failure('refused', 'The page has no text of its own; it may need a browser to show any.');
  return { url, title: title || name, text, truncated };
}
