/** What a person would read of a document: the article of a web page without its surroundings, or a plain text as it is. */
import { Readability } from '@mozilla/readability';
import { Parser } from 'htmlparser2';
import { DOMParser } from 'linkedom';
import { decoded } from './charset';
import type { DocumentKind } from './documents';
import { headingOf } from './heading';
import { DEEPEST, htmlTextOf } from './html';
import { isLost } from './seen';
import type { Seen } from './seen';
import { cut, lineOf, linesOf } from './text';

/**
 * Heaviest page that Readability is given. Such a page takes about a second; a malicious one of 3 MiB would hold a thread for a
 * minute. The weight of an element or a text grows with its depth, because Readability looks at it again for each element
 * around it.
 */
const HEAVIEST = 100_000;
/** How many characters of text weigh 1 at each level of depth. */
const CHARACTERS_PER_WEIGHT = 100;
/** Weight of an attribute or a comment, and the least weight of a text. */
const PIECE = 3;

/** Longest title, characters. */
const TITLE_MAX = 300;

export interface Readable {
  /** On one line. Empty when the document has none. */
  readonly title: string;
  /** In lines, none of them empty. */
  readonly text: string;
  /** Whether the document is longer than `text`. */
  readonly truncated: boolean;
}

/** A document to be read. */
export interface Given {
  readonly kind: DocumentKind;
  readonly body: Uint8Array;
  /** The header `content-type`, where there is one. */
  readonly type?: string;
  /** Longest text, characters. */
  readonly max: number;
  /** What a search saw of the document, where one has found it. */
  readonly seen?: Seen | undefined;
}

/** Run it in a thread. */
export function readableOf({ kind, body, type, max, seen }: Given): Readable {
  const { title, text, truncated } = textIn(kind, decoded(body, kind, type), seen);
  const lines = linesOf(text);
  return {
    title: lineOf(title, TITLE_MAX),
    text: cut(lines, max),
    truncated: truncated || lines.length > max,
  };
}

function textIn(kind: DocumentKind, document: string, seen: Seen | undefined): Readable {
  switch (kind) {
    case 'html': {
      const whole = htmlTextOf(document, document.length);
      const article = isLight(document) ? articleOf(document) : undefined;
      return article !== undefined && (seen === undefined || !isLost(seen, article.text, whole.text)) ? article : whole;
    }
    case 'text':
      return { title: headingOf(document), text: document, truncated: false };
    default:
      return kind satisfies never;
  }
}

/** Undefined when no article can be told apart from the rest of the page. */
function articleOf(html: string): Readable | undefined {
  try {
    const article = new Readability(new DOMParser().parseFromString(html, 'text/html')).parse();
    const content = article?.content ?? '';
    const { text } = htmlTextOf(content, content.length);
    return text.trim() === '' ? undefined : { title: article?.title ?? '', text, truncated: false };
  } catch {
    return undefined; // both libraries fail on some pages; the text of the whole page is used instead
  }
}

/** Whether Readability can be given this page: see {@link HEAVIEST}. */
function isLight(html: string): boolean {
  let depth = 0;
  let weight = 0;
  const parser = new Parser({
    onopentag() {
      depth += 1;
      weight += depth > DEEPEST ? Infinity : depth;
    },
    ontext(text) {
      weight += PIECE + (text.length * depth) / CHARACTERS_PER_WEIGHT;
    },
    onattribute() {
      weight += PIECE;
    },
    oncomment() {
      weight += PIECE;
    },
    onclosetag() {
      depth -= 1;
    },
  });
  for (let read = 0; read < html.length && weight <= HEAVIEST; read += 65_536) {
    parser.write(html.slice(read, read + 65_536));
  }
  return weight <= HEAVIEST;
}
