/** Notes on one page: the sentences that say most about the topic, quoted word for word. */
import { cut } from '../sources/text';
import { tellingWordsOf } from './words';

export interface Notes {
  readonly url: string;
  readonly title: string;
  /** Name of the source that found it. */
  readonly source: string;
  /** Where the page is in truth, and what its text is, as a hash: two hits of one page have one of them. Absent in older notes. */
  readonly page?: { readonly url: string; readonly text: string };
  /** Says, as a sentence, which part of the page was not read. Absent when all of it was. */
  readonly lack?: string;
  /** Quotations, those that say most first. */
  readonly sentences: readonly string[];
}

const SENTENCES_MAX = 8;
/** Fewest telling words of a sentence. With fewer it is a caption, or an item of a menu. */
const WORDS_MIN = 5;
/** Longest quoted sentence, characters. */
const SENTENCE_MAX = 400;
/** The first sentences get a bonus, because a page says what it is about at its beginning. */
const LEAD = 5;
const LEAD_BONUS = 0.5;

/** Markdown's marks at the beginning of a line. */
const MARKS = /^[\s\-*+#>]+/;
/** A row of a table in Markdown. */
const TABLE = /\|.*\|/;

/** How much text is cut into sentences at once, characters. The segmenter copies its whole text into every segment. */
const PIECE_MAX = 2_000;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/**
 * Picks the sentences of a page that say most about a topic. Run it in a thread.
 *
 * @param wanted - the topic and the queries. A sentence weighs as much as it has words of them
 * @returns the sentences that have any of the words; if none has, those at the beginning of the page
 */
export function tellingSentencesOf({ text, wanted }: { text: string; wanted: readonly string[] }): string[] {
  const words = new Set(wanted.flatMap(tellingWordsOf));
  const sentences = piecesOf(text)
    .flatMap((piece) => [...segmenter.segment(piece)])
    .map(({ segment }) => cut(segment.replace(/\s+/g, ' ').replace(MARKS, '').trim(), SENTENCE_MAX))
    .filter((sentence) => !TABLE.test(sentence))
    .map((sentence) => ({ sentence, said: tellingWordsOf(sentence) }))
    .filter(({ said }) => said.length >= WORDS_MIN);
  const fitting = sentences
    .map(({ sentence, said }, place) => {
      const hits = new Set(said.filter((word) => words.has(word))).size;
      return { sentence, weight: hits === 0 ? 0 : hits + (place < LEAD ? LEAD_BONUS : 0) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  const quoted = fitting.length > 0 ? fitting : sentences.slice(0, LEAD);
  return [...new Set(quoted.map(({ sentence }) => sentence))].slice(0, SENTENCES_MAX);
}

/** Cuts a text into pieces, at line ends where possible, since sentences seldom reach across them. */
function piecesOf(text: string): string[] {
  return text.match(new RegExp(`[^]{1,${PIECE_MAX}}(?=\\n|$)|[^]{1,${PIECE_MAX}}`, 'gu')) ?? [];
}
