/** The words of a text, in any script and spelling. */
import { placeOf, searchedText, wordsOf } from '../../../activities/sources/words';
import { computed } from '../../fixtures/longest-hold';

test.each([
  ['C++, C# and C', ['c++', 'c#', 'and', 'c']],
  ['Ｃ＋＋ １２', ['c++', '12']],
  ['C++17', ['c++', '17']],
  ['-40 °C', ['-40', 'c']],
  ['−40 or +40', ['-40', 'or', '+40']],
  ['(-3.14), 3.14', ['-3.14', '3.14']],
  ['COVID-19, 2024-03-05, 5 - 3', ['covid', '19', '2024', '03', '05', '5', '3']],
  ['Node.js don’t', ['node.js', "don't"]],
  ['page#place', ['page', 'place']],
  ['cafe\u0301 CAFÉ', ['café', 'café']],
  ['Σοφός', ['σοφόσ']],
  ['持久执行是什么', ['持久', '执行', '是', '什么']],
  ['Goの実行', ['go', 'の', '実行']],
  ['การทำงาน', ['การ', 'ทำงาน']],
  ['?!', []],
])('"%s" has its words', (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

test.each([
  ['C', 'C++ and C#', 0],
  ['C++', 'C and C#', 0],
  ['C#', 'c# or C♯', 2],
  ['40', 'at -40', 0],
  ['-40', 'at −40', 1],
  ['40', 'at +40', 1],
  ['14', '3.14', 0],
  ['node', 'Node.js', 1],
  ['東京', '東京都庁と東京駅', 2],
  ['執行', '持久執行', 1],
  ['서버', '서버는 작다', 1],
  ['é', 'e\u0301', 1],
  ['saga', 'sagas', 0],
])('"%s" is in "%s" %i times', (word, text, times) => {
  expect(wordsOf(word).map(searchedText(text).times)).toEqual([times]);
});

test('the place of a word is that of the word, and not of a longer one', () => {
  expect(placeOf(wordsOf('C'), 'C++ then C')).toBe(9);
  expect(placeOf(wordsOf('都庁'), 'A 東京都庁')).toBe(4);
  expect(placeOf(wordsOf('c'), 'd')).toBeUndefined();
});

test('a megabyte without a space is searched in a second', () => {
  const begun = computed();
  expect(searchedText('東'.repeat(1_000_000)).times('東東')).toBe(500_000);
  expect(computed() - begun).toBeLessThan(5_000);
});
