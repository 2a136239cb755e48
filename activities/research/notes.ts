/** What is noted down of one page: the sentences that have most to say on the topic, in the page's own words. */
import { cut, wordsOf } from '../sources/text';

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
const SHORTEST = 40;
const LONGEST = 400;
/** A page says what it is about at its beginning. */
const LEAD = 5;
const LEAD_BONUS = 0.5;

/** Of Markdown, at the beginning of a line. */
const MARKS = /^[\s\-*+#>]+/;
const TABLE = /\|.*\|/;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/** @param wanted - the topic and the queries: sentences are weighed by how many of their words they hold */
export function sentencesFor(text: string, wanted: readonly string[]): string[] {
  const words = new Set(wanted.flatMap(wordsOf).filter((word) => word.length > 2));
  const weighed = [...segmenter.segment(text)]
    .map(({ segment }) => segment.replace(/\s+/g, ' ').replace(MARKS, '').trim())
    .filter((sentence) => sentence.length >= SHORTEST && !TABLE.test(sentence))
    .map((sentence, place) => {
      const hits = new Set(wordsOf(sentence).filter((word) => words.has(word))).size;
      return { sentence, weight: hits === 0 ? 0 : hits + (place < LEAD ? LEAD_BONUS : 0) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return [...new Set(weighed.map(({ sentence }) => cut(sentence, LONGEST)))].slice(0, SENTENCES_MAX);
}
