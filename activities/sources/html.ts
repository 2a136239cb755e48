/** Takes the text from an HTML document or fragment, in one pass and in time proportional to its length. */
import { Parser } from 'htmlparser2';
import { head } from '../../workflows/cut';

/** Elements whose content a reader does not see as text. */
const UNSEEN = new Set(['script', 'style', 'noscript', 'template', 'svg', 'select', 'textarea', 'iframe']);

/** Elements that do not begin a new line of text. */
const INLINE = new Set(
  [
    'a',
    'abbr',
    'b',
    'bdi',
    'bdo',
    'cite',
    'code',
    'data',
    'del',
    'dfn',
    'em',
    'font',
    'i',
    'ins',
    'kbd',
    'label',
  ].concat(['mark', 'q', 's', 'samp', 'small', 'span', 'strong', 'sub', 'sup', 'time', 'tt', 'u', 'var', 'wbr']),
);

/**
 * Deepest nesting that is read. For each closing tag the parser searches all open elements, so that deep nesting would take very
 * long.
 */
export const DEEPEST = 200;
/** How much is parsed at once, characters: the limits are checked in between. */
const CHUNK = 64 * 1_024;

export interface HtmlText {
  /** The content of `<title>`; empty when there is none. */
  readonly title: string;
  /** With a line for each block of the document. */
  readonly text: string;
  /** Whether the rest of the document was left out. */
  readonly truncated: boolean;
}

/**
 * @param html - may be malformed
 * @param max - longest text, characters
 */
export function htmlTextOf(html: string, max: number): HtmlText {
  let title = '';
  let text = '';
  let inTitle = false;
  let unseen = 0;
  let depth = 0;
  const parser = new Parser({
    onopentag(name) {
      depth += 1;
      if (UNSEEN.has(name)) unseen += 1;
      if (name === 'title') inTitle = title === '';
      if (unseen === 0) text += edgeOf(name);
    },
    ontext(piece) {
      if (inTitle) title += piece;
      else if (unseen === 0) text += piece.replace(/\s+/g, ' ');
    },
    onclosetag(name) {
      depth -= 1;
      if (UNSEEN.has(name)) unseen -= 1;
      if (name === 'title') inTitle = false;
      if (unseen === 0) text += edgeOf(name);
    },
  });
  let read = 0;
  for (; read < html.length && depth <= DEEPEST && text.length <= max; read += CHUNK) {
    parser.write(html.slice(read, read + CHUNK));
  }
  if (read >= html.length) parser.end();
  return { title, text: head(text, max), truncated: read < html.length || text.length > max };
}

/** What separates an element from the text around it. */
function edgeOf(name: string): string {
  if (INLINE.has(name)) return '';
  return name === 'td' || name === 'th' ? ' ' : '\n';
}
