/** What a topic is about, word by word. */
import { tellingWordsOf } from '../../../activities/research/words';

test.each([
  ['How does Go compare to C?', ['go', 'c']],
  ['What is R?', ['r']],
  ['Node.js, in 3 steps', ['node.js', '3', 'steps']],
  ['持久执行是什么？', ['持久', '执行']],
  ['Goの実行', ['go', '実行']],
  ['การทำงาน', ['การ', 'ทำงาน']],
  ['Who are you?', []],
])('the words of "%s" that tell', (text, words) => {
  expect(tellingWordsOf(text)).toEqual(words);
});
