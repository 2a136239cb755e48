import { join } from 'node:path';
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { LogEntry } from '@temporalio/worker';
import { pino } from 'pino';
import { failure } from '../../activities/failure';
import { step } from '../../activities/step';
import { installRuntime } from '../../worker/runtime';
import { watchTimers } from '../fixtures/timers';

let timersLeft: () => number;
function fakeClock(): void {
  jest.useFakeTimers();
  timersLeft = watchTimers(join(__dirname, '..', '..', 'activities'));
}

beforeAll(() => installRuntime(pino({ level: 'silent' })));

const beats = (environment: MockActivityEnvironment): unknown[] => {
  const seen: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => seen.push(details));
  return seen;
};

test('what a step reports is in its heartbeat, numbered', async () => {
  const environment = new MockActivityEnvironment();
  const seen = beats(environment);
  await environment.run(
    step((_input, { report }) => {
      report({ message: 'reading', done: 1, total: 2 });
      report({ message: 'reading', done: 2, total: 2 });
      return Promise.resolve();
    }),
    undefined,
  );
  expect(seen).toEqual([
    { message: 'reading', done: 1, total: 2 },
    { message: 'reading', done: 2, total: 2 },
  ]);
});

test('a cancelled step ends as cancelled, whatever it throws', async () => {
  const environment = new MockActivityEnvironment();
  const running = environment.run(
    step(
      (_input, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('interrupted')))),
    ),
    undefined,
  );
  environment.cancel();
  await expect(running).rejects.toThrow(CancelledFailure);
});

describe('a step that does not heed its cancellation', () => {
  beforeEach(fakeClock);
  afterEach(() => jest.useRealTimers());

  test('has five seconds to end by itself', async () => {
    const environment = new MockActivityEnvironment();
    const running = environment.run(
      step(() => new Promise((resolve) => setTimeout(() => resolve('tidied up'), 4_900))),
      undefined,
    );
    environment.cancel();
    await jest.advanceTimersByTimeAsync(4_900);
    await expect(running).resolves.toBe('tidied up');
    expect(timersLeft()).toBe(0);
  });

  test.each([
    ['before it began', true],
    ['while it runs', false],
  ])('(%s) is then left alone, and ends as cancelled', async (_when, early) => {
    const warned: string[] = [];
    const logger = new DefaultLogger('WARN', ({ message }) => warned.push(message));
    const environment = new MockActivityEnvironment({ activityType: 'deaf' }, { logger });
    if (early) environment.cancel();
    const running = environment.run(
      step(() => new Promise((_resolve, reject) => setTimeout(() => reject(new Error('at last')), 60_000))),
      undefined,
    );
    if (!early) environment.cancel();
    const ended = expect(running).rejects.toThrow(CancelledFailure);
    await jest.advanceTimersByTimeAsync(5_000);
    await ended;
    expect(warned).toEqual(['step did not end when it was cancelled: its place is given to others']);
    await jest.advanceTimersByTimeAsync(60_000); // what it throws by then is nobody's
    expect(timersLeft()).toBe(0);
  });
});

test('an error without a kind may be tried again, and what it did is unknown', async () => {
  const environment = new MockActivityEnvironment({ attempt: 3 });
  const running = environment.run(
    step(() => Promise.reject(new Error('socket hang up: secret=1'))),
    undefined,
  );
  await expect(running).rejects.toMatchObject({
    type: 'unavailable',
    nonRetryable: false,
    details: [{ sideEffect: 'unknown', attempt: 3 }],
  });
  await expect(running).rejects.not.toThrow('secret');
});

test('an error without a kind is in the log of the worker, with its stack', async () => {
  const logged: LogEntry[] = [];
  const logger = new DefaultLogger('INFO', (entry) => logged.push(entry));
  const failing = step(() => Promise.reject(new TypeError('x is not a function')));
  await new MockActivityEnvironment({}, { logger }).run(failing, undefined).catch(() => undefined);
  const entry = logged.find(({ level }) => level === 'ERROR');
  expect(entry?.meta?.['error']).toMatchObject({
    message: 'x is not a function',
    stack: expect.stringContaining('step.test') as unknown,
  });
});

test('a failure that says its kind keeps it', async () => {
  const refused = step(() => Promise.reject(failure('refused', 'No.')));
  await expect(new MockActivityEnvironment().run(refused, undefined)).rejects.toMatchObject({
    type: 'refused',
    nonRetryable: true,
    message: 'No.',
  });
});

test('a result over 1.5 MB is a failure for good', async () => {
  const huge = step(() => Promise.resolve('x'.repeat(1_500_000)));
  const error: unknown = await new MockActivityEnvironment().run(huge, undefined).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApplicationFailure);
  expect(error).toMatchObject({ type: 'too_large', nonRetryable: true });
});

test('a step that returns nothing is no error', async () => {
  await expect(
    new MockActivityEnvironment().run(
      step(() => Promise.resolve()),
      undefined,
    ),
  ).resolves.toBeUndefined();
});

test('the next attempt waits as long as the outside world asked', async () => {
  const environment = new MockActivityEnvironment({ attempt: 1 });
  const busy = step(() => Promise.reject(failure('unavailable', 'Busy.', undefined, 'none', 90_000)));
  await expect(environment.run(busy, undefined)).rejects.toMatchObject({
    nextRetryDelay: 90_000,
    details: [{ sideEffect: 'none', attempt: 1, retryAfterMs: 90_000 }],
  });
});

test('attempts that failed together do not come back together', async () => {
  const pauses = new Set<unknown>();
  for (let n = 0; n < 20; n += 1) {
    const environment = new MockActivityEnvironment({
      attempt: 3,
      retryPolicy: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '60 s' },
    });
    const busy = step(() => Promise.reject(failure('unavailable', 'Busy.')));
    const error = await environment.run(busy, undefined).catch((thrown: unknown) => thrown);
    pauses.add((error as ApplicationFailure).nextRetryDelay);
  }
  expect(pauses.size).toBeGreaterThan(1);
  for (const pause of pauses) {
    expect(pause).toBeGreaterThanOrEqual(3_000);
    expect(pause).toBeLessThanOrEqual(5_000);
  }
});

test('a failure holds no half of a character, which would end its worker, whoever made it and whatever caused it', async () => {
  const caused = new Error('because of \ud83d', { cause: new Error('of \ud83d') });
  const made = failure('refused', 'No \ud83d.', caused);
  const own = ApplicationFailure.create({ type: 'refused', message: 'No \ud83d.', nonRetryable: true, cause: caused });
  const thrown = await new MockActivityEnvironment()
    .run(
      step(() => Promise.reject(own)),
      undefined,
    )
    .catch((error: unknown) => error);
  for (const error of [made, thrown] as Error[]) {
    const texts = [error, error.cause as Error, (error.cause as Error).cause as Error];
    expect(texts.map(({ message }) => message)).toEqual(['No \uFFFD.', 'because of \uFFFD', 'of \uFFFD']);
    expect(texts.every(({ stack = '' }) => stack.isWellFormed())).toBe(true);
  }
  expect(failure('refused', 'No.', new Error(`a${'😀'.repeat(10_000)}`)).cause?.message.isWellFormed()).toBe(true);
});
