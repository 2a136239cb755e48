/** Finds the words that tell what a text is about. */
import { wordsOf } from '../sources/words';

/** Words that occur whatever a text is about. Other short words count: C, Go and R are languages. */
const FILLERS = new Set(
  "a about an and are as at be by can compare could did do does for from give has have how i in into is it me my of on or please should tell than that the their this to vs was we were what what's when where which who who's why will with would you your 的 了 是 在 和 什么 の は が を に で と も".split(
    ' ',
  ),
);

/**
 * The telling words of a text, in order.
 *
 * @param text - a short one: a long text without spaces takes minutes
 */
export function tellingWordsOf(text: string): string[] {
  return wordsOf(text).filter((word) => !FILLERS.has(word));
}
