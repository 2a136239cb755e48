/** What Prometheus reads: names that are known beforehand, and nothing that is not known. */
import { createMetrics } from '../../gateway/metrics';

const gone = (): Promise<never> => Promise.reject(new Error('Temporal is gone.'));

test('what Temporal does not tell is not there, rather than 0; and comes back', async () => {
  let running: () => Promise<number> = gone;
  const metrics = createMetrics({ waiting: gone, running: () => running(), stuck: gone });
  expect(await metrics.text()).not.toMatch(/^holdfast_(jobs|queue)_/m);
  running = () => Promise.resolve(3);
  expect(await metrics.text()).toMatch(/^holdfast_jobs_running 3$/m);
  running = gone;
  expect(await metrics.text()).not.toMatch(/^holdfast_jobs_running/m);
});

test('however many read at one time, Temporal is asked once', async () => {
  let asked = 0;
  const running = (): Promise<number> => Promise.resolve((asked += 1));
  const metrics = createMetrics({ waiting: gone, running, stuck: gone });
  await Promise.all(Array.from({ length: 20 }, () => metrics.text()));
  expect(asked).toBe(1);
});

test('a method that nobody knows is counted under no name of its own', async () => {
  const metrics = createMetrics({ waiting: gone, running: gone, stuck: gone });
  for (let n = 0; n < 100; n += 1) metrics.asked(`method/${n}`);
  metrics.asked('tasks/get');
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('holdfast_requests_total{'));
  expect(lines).toEqual([
    'holdfast_requests_total{method="other"} 100',
    'holdfast_requests_total{method="tasks/get"} 1',
  ]);
});
