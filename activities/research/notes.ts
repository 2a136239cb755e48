/** What is noted down of one page: the sentences that have most to say on the topic, in the page's own words. */
import { cut } from '../sources/text';
import { tellingWordsOf } from './words';

/** One page, read. */
export interface Notes {
  readonly url: string;
  readonly title: string;
  /** Name of the source that found it. */
  readonly source: string;
  /** Quoted, the weightiest first. */
  readonly sentences: readonly string[];
}

const SENTENCES_MAX = 8;
/** In words that tell: what is shorter is a caption, or an item of a menu. */
const SHORTEST = 5;
/** In characters. */
const LONGEST = 400;
/** A page says what it is about at its beginning. */
const LEAD = 5;
const LEAD_BONUS = 0.5;

/** Of Markdown, at the beginning of a line. */
const MARKS = /^[\s\-*+#>]+/;
const TABLE = /\|.*\|/;

/** In characters. The engine copies the text into each of its segments: what is cut at once has to be short. */
const PIECE = 2_000;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/**
 * @param wanted - the topic and the queries: sentences are weighed by how many of their words they hold
 * @returns those that hold any; of a page that says it all in other words, its beginning
 */
export function sentencesFor(text: string, wanted: readonly string[]): string[] {
  const words = new Set(wanted.flatMap(tellingWordsOf));
  const sentences = piecesOf(text)
    .flatMap((piece) => [...segmenter.segment(piece)])
    .map(({ segment }) => cut(segment.replace(/\s+/g, ' ').replace(MARKS, '').trim(), LONGEST))
    .filter((sentence) => !TABLE.test(sentence))
    .map((sentence) => ({ sentence, said: tellingWordsOf(sentence) }))
    .filter(({ said }) => said.length >= SHORTEST);
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

/** Whole lines, where they are not too long: no sentence goes on in the next one. */
function piecesOf(text: string): string[] {
  return text.match(new RegExp(`[^]{1,${PIECE}}(?=\\n|$)|[^]{1,${PIECE}}`, 'gu')) ?? [];
}
