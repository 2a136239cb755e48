import { estimateFrom, createEstimates } from '../../../gateway/jobs/estimates';

const s = (...seconds: readonly number[]): number[] => seconds.map((second) => second * 1000);

test('half of the earlier jobs tell what is left', () => {
  expect(estimateFrom(s(10, 20, 30, 40, 50), 0)).toEqual({ eta_s: 30, eta_p90_s: 40, from: 5 });
});

test('what is left never grows while a job runs, and does not vanish', () => {
  const past = s(1, 1, 1, 60, 70, 80);
  const left = [0, 500, 2_000, 10_000, 65_000, 100_000].map((elapsed) => estimateFrom(past, elapsed));
  expect(left.map((estimate) => estimate?.eta_s)).toEqual([1, 1, 0, 0, 0, 0]);
  expect(left.map((estimate) => estimate?.eta_p90_s)).toEqual([70, 70, 68, 60, 5, 0]);
});

test('a handful of jobs makes no estimate', () => {
  expect(estimateFrom(s(10, 20, 30, 40), 0)).toBeUndefined();
});

test('what is known is answered at once, and asked for once a minute', async () => {
  let asked = 0;
  const estimate = createEstimates(() => {
    asked += 1;
    return Promise.resolve(s(10, 20, 30, 40, 50));
  });
  expect(estimate('acme', 'walk', 0)).toBeUndefined();
  await new Promise(setImmediate);
  expect(estimate('acme', 'walk', 0)).toMatchObject({ from: 5 });
  expect(asked).toBe(1);
});
