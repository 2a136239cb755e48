/** Texts are cut between characters, whatever they are made of. */
import fc from 'fast-check';
import { head, seam, tail } from '../../workflows/cut';
import { excerpt } from '../../workflows/excerpt';

const texts = fc.string({ unit: 'binary', maxLength: 20 });
const places = fc.nat(45);

test('no cut of a text leaves half a character, and the parts join to the whole', () => {
  fc.assert(
    fc.property(texts, places, (text, at) => {
      const place = seam(text, at);
      const parts = [text.slice(0, place), text.slice(place)];
      expect(parts.join('')).toBe(text);
      expect(parts.every((part) => part.isWellFormed())).toBe(true);
    }),
  );
});

test('the beginning and the end of a text are as long as they may be, less half a character', () => {
  fc.assert(
    fc.property(texts, places, (text, max) => {
      for (const part of [head(text, max), tail(text, max)]) {
        expect(part.isWellFormed()).toBe(true);
        expect(Math.min(max, text.length) - part.length).toBeLessThanOrEqual(1);
        expect(part.length).toBeLessThanOrEqual(max);
      }
      expect([text.startsWith(head(text, max)), text.endsWith(tail(text, max))]).toEqual([true, true]);
    }),
  );
});

test.each([
  ['a family', '👨‍👩‍👧‍👦'],
  ['a flag', '🇩🇪'],
  ['a letter with an accent of its own', 'e\u0301'],
])('an excerpt holds all of %s, or nothing of it', (_what, character) => {
  for (let max = 3; max < 3 + character.length; max += 1) expect(excerpt(`abc${character}`, max)).toBe('abc');
  expect(excerpt(`abc${character}d`, 3 + character.length)).toBe(`abc${character}`);
});

test('a letter under a thousand accents is cut all the same', () => {
  expect(excerpt(`a${'\u0301'.repeat(1_000)}`, 300)).toHaveLength(300);
});

test('of the second of two flags nothing is shown', () => {
  expect(excerpt('🇩🇪🇫🇷', 6)).toBe('🇩🇪');
});
