/** How much may be done at once, and after it. The clock is the test's. */
import { createPace } from '../../../gateway/http/pace';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a burst may be done at once, then one after the other at the rate', () => {
  const { take } = createPace(() => ({ perSecond: 2, burst: 3 }));
  expect([take('a'), take('a'), take('a'), take('a')]).toEqual([0, 0, 0, 500]);
  jest.advanceTimersByTime(499);
  expect(take('a')).toBeCloseTo(1);
  jest.advanceTimersByTime(1);
  expect([take('a'), take('a')]).toEqual([0, 500]);
});

test('names do not slow each other, and who has done nothing has a whole burst, and no more', () => {
  const { take } = createPace(() => ({ perSecond: 1, burst: 2 }));
  expect([take('a', 2), take('a'), take('b', 2)]).toEqual([0, 1_000, 0]);
  jest.advanceTimersByTime(60_000);
  expect([take('a', 2), take('a')]).toEqual([0, 1_000]);
});

test('what was refused does not count', () => {
  const { take, waitMs } = createPace(() => ({ perSecond: 1, burst: 1 }));
  expect([take('a'), ...Array.from({ length: 100 }, () => take('a'))].at(-1)).toBe(1_000);
  expect(waitMs('a')).toBe(1_000);
  jest.advanceTimersByTime(1_000);
  expect([waitMs('a'), take('a')]).toEqual([0, 0]);
});

test('more than a burst is let through when a whole burst is', () => {
  const { take } = createPace(() => ({ perSecond: 1, burst: 2 }));
  expect([take('a', 50), take('a')]).toEqual([0, 1_000]);
});

test('a new rate counts at once', () => {
  const rate = { perSecond: 1, burst: 1 };
  const { take } = createPace(() => rate);
  expect([take('a'), take('a')]).toEqual([0, 1_000]);
  Object.assign(rate, { perSecond: 10, burst: 20 });
  expect(take('a')).toBe(0);
});
