/** How often it is told that an upstream has changed. */
import { createTelling } from '../../../activities/upstreams/steps/telling';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function world() {
  const told: [name: string, s: number][] = [];
  const begun = Date.now();
  const telling = createTelling((name) => void told.push([name, Math.round((Date.now() - begun) / 1_000)]));
  /** So many seconds pass, and `name` changes ten times in each. */
  const change = (name: string, seconds: number): void => {
    for (let n = 0; n < 10 * seconds; n += 1) {
      telling.changed(name);
      jest.advanceTimersByTime(100);
    }
  };
  return { telling, told, change };
}

test('one that changes without end is told of ever more seldom, and at least once a minute', () => {
  const { told, change } = world();
  change('restless', 300);
  expect(told.map(([, at]) => at)).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243]);
});

test('one that comes to rest is told of as soon as any, and another one is not held up', () => {
  const { told, telling, change } = world();
  change('restless', 20);
  telling.changed('quiet');
  jest.advanceTimersByTime(1_000);
  expect(told.at(-1)).toEqual(['quiet', 21]);
  jest.advanceTimersByTime(120_000);
  told.length = 0;
  change('restless', 1);
  expect(told).toHaveLength(1);
});

test('one whose settings are others is told of at once, and one that is gone no more', () => {
  const { told, telling, change } = world();
  change('restless', 20);
  told.length = 0;
  telling.forget('restless');
  telling.changed('restless');
  jest.advanceTimersByTime(1_000);
  expect(told).toHaveLength(1);
  telling.changed('restless');
  telling.forget('restless');
  jest.advanceTimersByTime(120_000);
  expect(told).toHaveLength(1);
});
