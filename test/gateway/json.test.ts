/** What leaves as JSON is taken by every reader. */
import fc from 'fast-check';
import { json, wellFormed } from '../../gateway/json';

/** Any strings, halves of characters and backslashes among them. */
const strings = fc
  .array(fc.constantFrom('\ud83d', '\ude00', '😀', '\\', '\\ud83d', 'ud83d', '"', 'é', 'a', '\n'))
  .map((parts) => parts.join(''));

test('each half of a character is replaced, in values and in names, and nothing else changes', () => {
  fc.assert(
    fc.property(strings, strings, (name, value) => {
      const written = wellFormed(JSON.stringify({ [name]: [value] }));
      expect(JSON.parse(written)).toEqual({ [name.toWellFormed()]: [value.toWellFormed()] });
    }),
  );
});

test('data that a model reads holds no escape of half a character', () => {
  expect(json({ said: 'a\ud83d' })).toBe('{\n  "said": "a\uFFFD"\n}');
});
