/** Whether a part of a page still has what a search saw of the page. */
import { searchedText, spelledOut } from './words';

export interface Seen {
  /** A piece of the text, or several with an ellipsis between them, as the search showed it. */
  readonly snippet: string;
  /** The words that were searched for. */
  readonly words: readonly string[];
}

/** Shortest piece that says where it is from, how much of it is compared, and what is left away at its ends, which may be cut words. */
const PIECE_MIN = 16;
const PIECE_MAX = 80;
const END = 4;

/**
 * Whether what made the hit is in the whole of a page and not in the part. A snippet may be in the search's own words: when none
 * of its pieces is on the page, the words that were searched for are looked for.
 */
export function isLost({ snippet, words }: Seen, part: string, whole: string): boolean {
  const pieces = snippet
    .split(/…|\.\.\.|\s[·|]\s/)
    .map(spelledOut)
    .filter(({ length }) => length >= PIECE_MIN)
    .map((piece) => piece.slice(END, -END).slice(0, PIECE_MAX));
  const all = spelledOut(whole);
  const present = pieces.filter((piece) => all.includes(piece));
  if (present.length > 0) {
    const kept = spelledOut(part);
    return !present.some((piece) => kept.includes(piece));
  }
  const [inPart, inWhole] = [searchedText(part), searchedText(whole)];
  return words.some((word) => inWhole.times(word) > 0) && !words.some((word) => inPart.times(word) > 0);
}
