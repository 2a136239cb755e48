import { pauseMs } from '../../worker/pace';

test('the first beat comes after a second, and the next ones every two', () => {
  expect([0, 1_000, 3_000, 7_000].map((age) => pauseMs(age, 75_000))).toEqual([1_000, 2_000, 2_000, 2_000]);
});

test('the pauses grow with the age of the attempt, to half a minute', () => {
  expect([20_000, 60_000, 600_000].map((age) => pauseMs(age, 600_000))).toEqual([5_000, 15_000, 30_000]);
});

test.each([2_000, 6_000, 75_000])(
  'with a heartbeat of %d ms a beat that is missed is tried again in time',
  (heartbeatMs) => {
    for (let age = 0; age < 3_600_000; age += pauseMs(age, heartbeatMs))
      expect(2 * pauseMs(age, heartbeatMs)).toBeLessThan(heartbeatMs);
  },
);
