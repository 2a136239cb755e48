import fc from 'fast-check';
import { changedNumberIn } from '../../gateway/numbers';
import { computed } from '../fixtures/longest-hold';

test.each([
  '725653563933458432', // the double is exact, and JSON.stringify writes …400
  '-9007199254740993',
  '9007199254740993.0',
  '9007199254740993.5',
  '9.007199254740993e15',
  '90071992547409930E-1',
  '1e400',
  `1${'0'.repeat(400)}`,
])('the number %s is told', (number) => {
  expect(changedNumberIn(`{"a":[1,{"b":${number}}]}`)).toBe(
    `The number ${number.length > 40 ? `${number.slice(0, 40)}…` : number} at a.1.b would be read as another one: numbers are doubles here. Send it as a string.`,
  );
});

test.each([
  '9007199254740991',
  '9007199254740992',
  '-9007199254740992.00',
  '0.1',
  '3.14159265358979323846',
  '-122.41941550000001234',
  '0.30000000000000004441',
  '1.7976931348623157e308',
  '10000000000000000000000',
  '1E22',
  '1.50e+3',
  '5e-324',
  '1e-400',
  '-0.0e9999999999',
])('the number %s is one that a double can say, but for the last digits of a fraction', (number) => {
  expect(changedNumberIn(`[${number}]`)).toBeUndefined();
});

test('digits in a string are no number, whatever stands beside them', () => {
  const text = JSON.stringify({ id: '9007199254740993', '1e400': '\\"9007199254740993', n: ['"', 1, '1e400'] });
  expect(changedNumberIn(text)).toBeUndefined();
});

test.each([
  ['9007199254740993', 'at the top'],
  ['{"id":9007199254740993}', 'at id'],
  ['{"a":9007199254740993,"a":1}', 'under a name that is given twice'],
])('the place of the number in %s is %s', (text, place) => {
  expect(changedNumberIn(text)).toContain(`The number 9007199254740993 ${place} would be`);
});

test('an integer either arrives as it was written, or is told', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), fc.nat(3), (integer, zeros) => {
      const text = String(integer * 10n ** BigInt(zeros));
      return (changedNumberIn(text) === undefined) === (JSON.stringify(JSON.parse(text)) === text);
    }),
    { numRuns: 2_000 },
  );
});

test('whatever JSON.stringify has written arrives', () => {
  fc.assert(fc.property(fc.json(), (text) => changedNumberIn(text) === undefined));
});

test('a number of a million digits costs no more than to read it', () => {
  const begun = computed();
  expect(changedNumberIn(`[1${'0'.repeat(1_000_000)}1]`)).toContain('at 0 would');
  expect(computed() - begun).toBeLessThan(1_000);
});
