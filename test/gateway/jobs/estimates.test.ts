import { estimateFrom, createEstimates } from '../../../gateway/jobs/estimates';

const s = (...seconds: readonly number[]): number[] => seconds.map((second) => second * 1000);

test('half of the earlier jobs that took this long tell what is left', () => {
  expect(estimateFrom(s(10, 20, 30, 40, 50), 0)).toEqual({ eta_s: 30, eta_p90_s: 40, from: 5 });
});

test('jobs that were over by now do not count', () => {
  expect(estimateFrom(s(1, 1, 1, 60, 70, 80), 10_000)).toMatchObject({ eta_s: 60 });
});

test('a handful of jobs makes no estimate', () => {
  expect(estimateFrom(s(10, 20, 30, 40), 0)).toBeUndefined();
});

test('a job that takes longer than those before gets none', () => {
  expect(estimateFrom(s(1, 2, 3, 4, 5, 60), 10_000)).toBeUndefined();
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
