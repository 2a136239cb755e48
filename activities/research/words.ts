/** The words that tell what a text is about, in scripts with spaces and without. */
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** What sentences are made of, whatever they are about. Of short words only these say nothing: C, Go and R are languages. */
const FILLERS = new Set(
  'a about an and are as at be by can compare could did do does for from give has have how i in into is it me my of on or please should tell than that the their this to vs was we were what when where which who why will with would you your 的 了 是 在 和 什么 の は が を に で と も'.split(
    ' ',
  ),
);

/** In lower case and in order. @param text - short: a long one without spaces takes minutes */
export function tellingWordsOf(text: string): string[] {
  return [...segmenter.segment(text.toLowerCase())]
    .filter(({ isWordLike, segment }) => isWordLike && !FILLERS.has(segment))
    .map(({ segment }) => segment);
}
