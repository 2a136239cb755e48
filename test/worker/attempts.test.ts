/** What an attempt tells of itself, and what it takes from the attempts before it. */
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { failure } from '../../activities/failure';
import { step } from '../../activities/step';
import { createAttempts } from '../../worker/attempts';
import type { Attempts } from '../../worker/attempts';
import { installRuntime } from '../../worker/runtime';
import { keptOf } from '../fixtures/forgotten';
import { watchTimers } from '../fixtures/timers';

let timersLeft: () => number;
function fakeClock(): void {
  jest.useFakeTimers();
  timersLeft = watchTimers(join(__dirname, '..', '..', 'worker'));
}

beforeAll(() => installRuntime(pino({ level: 'silent' })));

type Info = NonNullable<ConstructorParameters<typeof MockActivityEnvironment>[0]>;

/** Temporal, as far as an attempt asks it. */
const workflowService = { recordActivityTaskHeartbeat: jest.fn() };
const client = {
  workflowService,
  withDeadline: (_deadline: number, ask: () => unknown) => ask(),
  withAbortSignal: (_signal: AbortSignal, run: () => unknown) => run(),
};
beforeEach(() => workflowService.recordActivityTaskHeartbeat.mockReset().mockResolvedValue({}));

/** An attempt, and its beats so far. */
function attemptWith(info: Info, attempts: Attempts = createAttempts()) {
  const environment = new MockActivityEnvironment(
    { startToCloseTimeoutMs: 60_000, currentAttemptScheduledTimestampMs: Date.now(), ...info },
    { interceptors: [attempts.interceptor], client: client as never },
  );
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  return { environment, beats, run: (fn: Parameters<typeof step>[0]) => environment.run(step(fn), undefined) };
}

describe('the beats of an attempt', () => {
  beforeEach(fakeClock);
  afterEach(() => jest.useRealTimers());

  /** A step that runs until it is told to end. */
  function running(info: Info) {
    const { run, beats } = attemptWith(info);
    let end: (value: unknown) => void = () => undefined;
    let report: (progress: object) => void = () => undefined;
    const ended = run((_input, context) => {
      ({ report } = context);
      return new Promise((resolve) => (end = resolve));
    });
    return { beats, report: (progress: object) => report(progress), end: () => (end(undefined), ended) };
  }

  test('are none where it is over within a second, whatever it reports', async () => {
    const { beats, report, end } = running({ heartbeatTimeoutMs: 6_000 });
    await jest.advanceTimersByTimeAsync(900);
    report({ done: 1 });
    await end();
    expect(beats).toEqual([]);
    expect(timersLeft()).toBe(0);
  });

  test('carry what it reported last, and its count', async () => {
    const { beats, report, end } = running({ heartbeatTimeoutMs: 6_000 });
    await jest.advanceTimersByTimeAsync(500);
    for (const done of [1, 2, 3]) report({ message: 'reading', done });
    await jest.advanceTimersByTimeAsync(500);
    expect(beats).toEqual([{ message: 'reading', done: 3, lost: 1 }]);
    await end();
  });

  test('come ever more slowly where silence is noticed late', async () => {
    const { beats, end } = running({ startToCloseTimeoutMs: 3_600_000, heartbeatTimeoutMs: 75_000 });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(beats).toHaveLength(3);
    await jest.advanceTimersByTimeAsync(3_500_000);
    expect(beats.length).toBeLessThan(140);
    await end();
  });
});

test('a step that has lost three workers in a row is not begun again', async () => {
  const { run } = attemptWith({ heartbeatDetails: { lost: 3 }, activityType: 'crunch' });
  const begun = jest.fn(() => Promise.resolve());
  await expect(run(begun)).rejects.toMatchObject({
    type: 'broken',
    nonRetryable: true,
    message: expect.stringContaining('crunch') as unknown,
    details: [{ sideEffect: 'unknown' }],
  });
  expect(begun).not.toHaveBeenCalled();
});

test('attempts that ended before their first word arrived count as well', async () => {
  const { run } = attemptWith({ attempt: 4 });
  await expect(run(() => Promise.resolve())).rejects.toMatchObject({ type: 'broken' });
});

test('a second attempt begins when Temporal has heard of it', async () => {
  const { run } = attemptWith({ attempt: 2, heartbeatTimeoutMs: 6_000, heartbeatDetails: { lost: 1 } });
  await run(() => {
    expect(workflowService.recordActivityTaskHeartbeat).toHaveBeenCalledTimes(1);
    return Promise.resolve();
  });
});

test('an attempt that failed in words has lost no worker, and keeps what it reported', async () => {
  const { run, beats } = attemptWith({ heartbeatDetails: { lost: 2 } });
  const failed = run((_input, { report }) => {
    report({ done: 7 });
    return Promise.reject(failure('unavailable', 'Busy.'));
  });
  await expect(failed).rejects.toThrow('Busy.');
  expect(beats.at(-1)).toEqual({ done: 7, lost: 0 });
});

test('a step whose time is nearly up is slow, and has not lost its worker', async () => {
  fakeClock();
  const { run, beats } = attemptWith({ startToCloseTimeoutMs: 10_000, heartbeatTimeoutMs: 3_000 });
  let end: (value: unknown) => void = () => undefined;
  const running = run(() => new Promise((resolve) => (end = resolve)));
  await jest.advanceTimersByTimeAsync(6_999);
  expect(beats.at(-1)).toEqual({ lost: 1 });
  await jest.advanceTimersByTimeAsync(1);
  expect(beats.at(-1)).toEqual({ lost: 0 });
  end(undefined);
  await running;
  expect(timersLeft()).toBe(0);
  jest.useRealTimers();
});

describe('steps that one more lost worker would condemn', () => {
  const info = (activityId: string): Info => ({ activityId, heartbeatTimeoutMs: 6_000, heartbeatDetails: { lost: 2 } });

  /** Two of them in one worker; the second is handed out while the first runs. */
  function two() {
    const attempts = createAttempts();
    const [first, second] = [attemptWith(info('first'), attempts), attemptWith(info('second'), attempts)];
    let end: (value: unknown) => void = () => undefined;
    const running = first.run(() => new Promise((resolve) => (end = resolve)));
    const begun = jest.fn(() => Promise.resolve());
    return { first, second, running, begun, waiting: second.run(begun), end: () => end(undefined) };
  }

  beforeEach(fakeClock);
  afterEach(() => jest.useRealTimers());

  test('begin one after the other, and one that waits has not lost its worker', async () => {
    const { first, second, running, begun, waiting, end } = two();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(first.beats.at(-1)).toEqual({ lost: 3 });
    expect(begun).not.toHaveBeenCalled();
    expect(second.beats).toEqual([{ lost: 2 }, { lost: 2 }, { lost: 2 }]);
    end();
    await Promise.all([running, waiting]);
    expect(begun).toHaveBeenCalled();
    expect(second.beats.at(-1)).toEqual({ lost: 3 });
    expect(timersLeft()).toBe(0);
  });

  test('do not wait for ever: who goes on for long lets the next one begin, and no longer counts', async () => {
    const { first, second, running, waiting, end } = two();
    await jest.advanceTimersByTimeAsync(30_000);
    await waiting;
    expect([first.beats.at(-1), second.beats.at(-1)]).toEqual([{ lost: 2 }, { lost: 3 }]);
    end();
    await running;
  });

  test('count for as long as they run where no other waits', async () => {
    const { run, beats } = attemptWith(info('only'));
    let end: (value: unknown) => void = () => undefined;
    const running = run(() => new Promise((resolve) => (end = resolve)));
    await jest.advanceTimersByTimeAsync(40_000);
    expect(beats.at(-1)).toEqual({ lost: 3 });
    end(undefined);
    await running;
  });

  test('leave the line when they are cancelled', async () => {
    const { second, running, begun, waiting, end } = two();
    await jest.advanceTimersByTimeAsync(0);
    second.environment.cancel();
    await expect(waiting).rejects.toThrow('CANCELLED');
    end();
    await running;
    expect(begun).not.toHaveBeenCalled();
    expect(timersLeft()).toBe(0);
  });
});

describe('an error outside of the promise of a step', () => {
  /** Runs a step that is told in its own context of an error, and then waits. Resolves with its failure. */
  async function blamed(info: Info, error: unknown, workerIs: 'kept' | 'lost') {
    const attempts = createAttempts();
    const { run, beats } = attemptWith({ activityType: 'crunch', ...info }, attempts);
    const aborted = jest.fn();
    const running = run((_input, { signal }) => {
      signal.addEventListener('abort', aborted);
      setTimeout(() => attempts.blame(error, workerIs));
      return new Promise(() => undefined);
    });
    const thrown: unknown = await running.catch((reason: unknown) => reason);
    expect(aborted).toHaveBeenCalled();
    return { thrown, last: beats.at(-1) };
  }

  test('fails it, tells it to stop, and counts as a lost worker', async () => {
    const { thrown, last } = await blamed({}, new TypeError('secret=1'), 'lost');
    expect(thrown).toMatchObject({
      type: 'unavailable',
      message: 'Step crunch threw an error that nobody caught.',
      details: [{ sideEffect: 'unknown' }],
    });
    expect(last).toBeUndefined(); // that it was lost is told by its silence
  });

  test('is the end of it the third time', async () => {
    const { thrown } = await blamed({ heartbeatDetails: { lost: 2 } }, new TypeError('x'), 'lost');
    expect(thrown).toMatchObject({ type: 'broken', nonRetryable: true });
  });

  test('leaves unknown what a step did that is not repeated', async () => {
    const { thrown } = await blamed({ retryPolicy: { maximumAttempts: 1 } }, new TypeError('x'), 'lost');
    expect(thrown).toMatchObject({ type: 'outcome_unknown', nonRetryable: true });
  });

  test('that says its kind keeps it', async () => {
    const { thrown } = await blamed({}, failure('refused', 'No.'), 'kept');
    expect(thrown).toMatchObject({ type: 'refused', message: 'No.' });
  });

  test('where the worker goes on, is a failure like others', async () => {
    const { thrown, last } = await blamed({ heartbeatDetails: { lost: 2 } }, new TypeError('x'), 'kept');
    expect(thrown).toMatchObject({ type: 'unavailable' });
    expect(last).toEqual({ lost: 0 });
  });

  test('of a step that has ended, is nobody’s', async () => {
    const attempts = createAttempts();
    const { run } = attemptWith({}, attempts);
    const late = await new Promise((resolve) => {
      void run(() => {
        setTimeout(() => resolve(attempts.blame(new Error('late'), 'lost')), 5);
        return Promise.resolve();
      });
    });
    expect(late).toBeUndefined();
  });
});

describe('an attempt that was handed out', () => {
  const ago = (ms: number): Info => ({
    heartbeatTimeoutMs: 5_000,
    currentAttemptScheduledTimestampMs: Date.now() - ms,
  });
  const ask = workflowService.recordActivityTaskHeartbeat;

  test('just now begins at once', async () => {
    await attemptWith(ago(500)).run(() => Promise.resolve());
    expect(ask).not.toHaveBeenCalled();
  });

  test.each([
    ['a while ago', 6_000],
    ['in the future, by its own clock', -60_000],
  ])('%s begins when it is still wanted', async (_when, ms) => {
    const begun = jest.fn(() => Promise.resolve());
    await attemptWith(ago(ms)).run(begun);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(begun).toHaveBeenCalledTimes(1);
  });

  test('so long ago that it is over does not begin', async () => {
    ask.mockRejectedValue(new Error('5 NOT_FOUND: workflow execution already completed'));
    const begun = jest.fn(() => Promise.resolve());
    await expect(attemptWith(ago(6_000)).run(begun)).rejects.toMatchObject({
      type: 'unavailable',
      details: [{ sideEffect: 'none' }],
    });
    expect(begun).not.toHaveBeenCalled();
  });
});

test('the signal of an attempt that is over is forgotten, although its step goes on listening to it', async () => {
  const signals: WeakRef<AbortSignal>[] = [];
  for (let n = 0; n < 20; n += 1) {
    const { run } = attemptWith({});
    await run((_input, { signal }) => {
      signal.addEventListener('abort', () => undefined);
      signals.push(new WeakRef(signal));
      return Promise.resolve(undefined);
    });
  }
  expect(await keptOf(signals)).toBeLessThan(3); // the last ones may still be in a register
});
