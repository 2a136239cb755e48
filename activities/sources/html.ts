/** Takes the text from an HTML document or fragment, in one pass and in time proportional to its length. */
import { Parser } from 'htmlparser2';
import { head } from '../../workflows/cut';

/** Elements whose content a reader does not see as text. */
export const UNSEEN: ReadonlySet<string> = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'svg',
  'select',
  'textarea',
  'iframe',
]);

/** Elements that do not begin a new line of text. */
export const INLINE: ReadonlySet<string> = new Set(
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
 * @param isElement - whether an element is meant by a name. What looks like another one is text, such as the `<int>` of
 *   `List<int>`. A tag that is never
 *   ended is, too. Default: every name is that of an element
 */
export function htmlTextOf(html: string, max: number, isElement?: (name: string) => boolean): HtmlText {
  let title = '';
  let text = '';
  let inTitle = false;
  let unseen = 0;
  let depth = 0;
  /** Up to where the document is understood. A tag that is begun and never ended is not. */
  let understood = 0;
  const isUnderstood = (): number => (understood = parser.endIndex + 1);
  const parser = new Parser({
    onopentag(name) {
      isUnderstood();
      depth += 1;
      if (name === 'title') inTitle = title === '' && unseen === 0; // drawings have titles, too
      if (UNSEEN.has(name)) unseen += 1;
      if (unseen === 0)
        text += isElement?.(name) !== false ? edgeOf(name) : html.slice(parser.startIndex, parser.endIndex + 1);
    },
    oncomment: isUnderstood,
    onprocessinginstruction: isUnderstood,
    ontext(piece) {
      isUnderstood();
      if (inTitle) title += piece;
      else if (unseen === 0) text += piece.replace(/\s+/g, ' ');
    },
    onclosetag(name, isImplied) {
      depth -= 1;
      if (UNSEEN.has(name)) unseen -= 1;
      if (name === 'title') inTitle = false;
      if (!isImplied) isUnderstood();
      if (unseen > 0) return;
      if (isElement?.(name) !== false) text += edgeOf(name);
      else if (!isImplied) text += html.slice(parser.startIndex, parser.endIndex + 1);
    },
  });
  let read = 0;
  for (; read < html.length && depth <= DEEPEST && text.length <= max; read += CHUNK) {
    parser.write(html.slice(read, read + CHUNK));
  }
  if (read >= html.length) {
    parser.end();
    if (isElement !== undefined) text += html.slice(understood);
  }
  return { title, text: head(text, max), truncated: read < html.length || text.length > max };
}

/** What separates an element from the text around it. */
export function edgeOf(name: string): string {
  if (INLINE.has(name)) return '';
  return name === 'td' || name === 'th' ? ' ' : '\n';
}
