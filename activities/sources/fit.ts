/** How well a document of a folder fits a query, and the piece of it that shows so. */
import { head, seam } from '../../workflows/cut';
import { decoded } from './charset';
import type { DocumentKind } from './documents';
import { headingOf } from './heading';
import { htmlTextOf } from './html';
import { lineOf } from './text';
import { placeOf, searchedText } from './words';

export interface Fit {
  /** 0 when the document has none of the words. */
  readonly score: number;
  /** The document's own, or its name. */
  readonly title: string;
  readonly snippet: string;
}

/** How many occurrences in the text an occurrence in the title counts for. */
const TITLE_WEIGHT = 5;
/** Longest title, characters. */
const TITLE_MAX = 300;
/** Longest snippet, and how much of it comes before the first word of the query, characters. */
const SNIPPET_MAX = 2_000;
const LEAD = 100;

/**
 * Each word of the query that occurs counts 1, plus less than 1 for how often it occurs: a document that has all the words once
 * ranks above one that repeats a single word.
 *
 * Call it by `reading`.
 */
export function fitOf(document: {
  readonly kind: DocumentKind;
  /** The name of its file. */
  readonly name: string;
  readonly body: Uint8Array;
  readonly words: readonly string[];
}): Fit {
  const shown = shownOf(document.kind, decoded(document.body, document.kind));
  const title = lineOf(shown.title, TITLE_MAX) || document.name;
  const [inTitle, inText] = [searchedText(title), searchedText(shown.text)];
  const words = [...new Set(document.words)];
  const times = words
    .map((word) => inTitle.times(word) * TITLE_WEIGHT + inText.times(word))
    .filter((often) => often > 0);
  const score = times.reduce((sum, often) => sum + 1 + often / (often + 2), 0);
  return { score, title, snippet: score === 0 ? '' : snippetOf(shown.text, words) };
}

function shownOf(kind: DocumentKind, text: string): { readonly title: string; readonly text: string } {
  return kind === 'html' ? htmlTextOf(text, text.length) : { title: headingOf(text), text };
}

function snippetOf(text: string, words: readonly string[]): string {
  const first = placeOf(words, text) ?? 0;
  return first > LEAD ? `…${head(text.slice(seam(text, first - LEAD)), SNIPPET_MAX)}` : head(text, SNIPPET_MAX);
}
