/** Steps that compute in a thread. */
import { availableParallelism } from 'node:os';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { pino } from 'pino';
import { step } from '../../activities/step';
import { inThread } from '../../activities/thread';
import { installRuntime } from '../../worker/runtime';
import type * as computations from '../fixtures/computations';
import { eventually } from '../fixtures/eventually';

type Computations = typeof computations;

/** A step that does nothing but compute. */
const computing = <N extends keyof Computations>(name: N) => {
  const compute = inThread<Computations[N]>(require.resolve('../fixtures/computations'), name);
  return step((input: Parameters<Computations[N]>[0], { signal }) => compute(input, signal));
};
/** Its log is thrown away: Jest would take "out of memory" on stderr for its own. */
const mocked = (info?: ConstructorParameters<typeof MockActivityEnvironment>[0]): MockActivityEnvironment =>
  new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR', () => undefined) });
const run = <I, O>(of: (input: I) => Promise<O>, input: I, environment = mocked()): Promise<O> =>
  environment.run(of, input);
const counter = (): Int32Array => new Int32Array(new SharedArrayBuffer(4));

beforeAll(() => installRuntime(pino({ level: 'silent' })));

test('a computation in a thread leaves the event loop to the others', async () => {
  const shared = counter();
  const blocked = run(computing('block'), shared);
  setImmediate(() => {
    Atomics.add(shared, 0, 1);
    Atomics.notify(shared, 0);
  });
  expect(await blocked).not.toBe('timed-out');
});

test('a step that is cancelled ends its computation, and others get its thread', async () => {
  const shared = counter();
  const environment = mocked();
  const forEver = Array.from({ length: availableParallelism() + 2 }, () =>
    run(computing('count'), shared, environment),
  );
  await eventually('a computation', () => Atomics.load(shared, 0) > 0);
  const next = run(computing('double'), 21);
  environment.cancel();
  const ends = (await Promise.allSettled(forEver)).map((end) => end.status === 'rejected' && (end.reason as unknown));
  expect(ends.every((end) => end instanceof CancelledFailure)).toBe(true);
  expect(await next).toBe(42);
});

test('a job whose computations hold all its threads leaves one to another job', async () => {
  const shared = counter();
  const [hostile, other] = ['hostile', 'other'].map((workflowId) =>
    mocked({ workflowExecution: { workflowId, runId: 'r' } }),
  );
  const forEver = Array.from({ length: 2 * Math.max(2, availableParallelism()) }, () =>
    run(computing('count'), shared, hostile),
  );
  const ends = forEver.map((end) => end.catch(() => 'one of them has ended'));
  expect(await Promise.race([run(computing('double'), 21, other), ...ends])).toBe(42);
  hostile?.cancel();
  await Promise.all(ends);
});

test('a computation that takes too long fails its step alone, in words, and its wait for a thread does not count', async () => {
  const shared = counter();
  const forEver = inThread<Computations['count']>(require.resolve('../fixtures/computations'), 'count', 200);
  const ends = Array.from({ length: 2 * Math.max(2, availableParallelism()) }, () =>
    run(
      step((_input: undefined, { signal }) => forEver(shared, signal)),
      undefined,
    ),
  );
  const next = run(computing('double'), 21); // behind them in the line
  const failures = (await Promise.allSettled(ends)).map((end) => end.status === 'rejected' && (end.reason as unknown));
  expect(new Set(failures.map((failure) => String(failure)))).toEqual(
    new Set(['ApplicationFailure: It took longer to compute than the 0.2 s that a thread has.']),
  );
  expect(await next).toBe(42);
});

test('a computation that needs too much memory fails its step alone, in words', async () => {
  const neighbour = run(computing('double'), 21);
  await expect(run(computing('hoard'), undefined)).rejects.toMatchObject({
    type: 'too_large',
    nonRetryable: true,
    message: expect.stringContaining('256 MB') as string,
  });
  expect(await neighbour).toBe(42);
  expect(await run(computing('double'), 4)).toBe(8);
});
