/**
 * The attempts at steps that run in this process. Each beats while it runs, and its beats say how many before it ended without a
 * word: a step that has lost three workers in a row is taken for what ends them, and is not begun again.
 */
import { setMaxListeners } from 'node:events';
import { ApplicationFailure, CancelledFailure, asyncLocalStorage } from '@temporalio/activity';
import type { Context, Info } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { failure } from '../activities';
import { FAILURES, LOST_MAX, lostIn, poisonText } from '../workflows/contract';
import type { Beat, StepProgress } from '../workflows/contract';
import { assertAlive } from './alive';
import { createLastTries } from './last-tries';
import { startPace } from './pace';
import { NO_PULSE } from './pulse';
import type { Pulse } from './pulse';

/** For an attempt without a timeout of its beats. */
const HEARTBEAT_MS = 75_000;

/** The longest timer that Node has. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Whether a worker survives the error of one of its steps. */
export type WorkerIs = 'kept' | 'lost';

export interface Attempts {
  /** Every step of a worker runs through it. */
  readonly interceptor: ActivityInterceptorsFactory;
  /**
   * Fails the step that threw outside of its promise: in a timer, in an event. Must be called where the error arrived, since the
   * step is known by its asynchronous context.
   *
   * @returns the name of the step; undefined when the error belongs to none that still runs
   */
  blame(error: unknown, workerIs: WorkerIs): string | undefined;
  /** Tells every step to stop, as the SDK does at the end of the drain. What has not ended 5 s later fails, and is begun again elsewhere. */
  withdraw(): void;
}

/** The failure of a step that a stopping worker did not let end: that of the SDK. */
const withdrawn = (): ApplicationFailure => ApplicationFailure.retryable('Worker is shutting down', 'WorkerShutdown');

/** @param pulse - beats for the attempts while the event loop stands still */
export function createAttempts(pulse: Pulse = NO_PULSE): Attempts {
  /** What fails the step that runs in a context. */
  const running = new WeakMap<Context, (error: unknown, workerIs: WorkerIs) => void>();

  const lastTries = createLastTries();
  const withdrawal = new AbortController();
  setMaxListeners(0, withdrawal.signal); // each attempt that runs listens

  async function attempt(context: Context, run: () => Promise<unknown>): Promise<unknown> {
    const { info } = context;
    // An attempt that ended before its first beat has left no word at all.
    const before = info.heartbeatDetails === undefined ? info.attempt - 1 : lostIn(info.heartbeatDetails);
    if (before >= LOST_MAX) throw failure('broken', poisonText(info.activityType), undefined, 'unknown');
    if (before < LOST_MAX - 1) return counted(context, run, before);
    const wait = (): void => tell(context, { lost: before });
    return lastTries
      .inTurn(context, wait, (outlived) => counted(context, run, before, outlived))
      .finally(() => pulse.end(info));
  }

  function tell(context: Context, beat: Beat): void {
    context.heartbeat(beat);
    pulse.beat(context.info, beat);
  }

  /** @param outlived - fires when a worker that is lost from then on no longer counts */
  async function counted(
    context: Context,
    run: () => Promise<unknown>,
    before: number,
    outlived?: AbortSignal,
  ): Promise<unknown> {
    const { info } = context;
    let lost = before + 1;
    await assertAlive(context, { lost });
    let progress: unknown;
    const said = (): Beat => ({ ...(progress as StepProgress | undefined), lost });
    const beat = (): void => context.heartbeat(said());
    const report = (next: unknown): void => {
      progress = next;
      pulse.beat(info, said());
    };
    outlived?.addEventListener('abort', () => {
      lost = Math.min(lost, before);
      report(progress);
      beat();
    });
    const isAnswered = (): void => {
      lost = 0;
      report(progress);
      beat();
    };
    // From here on the end of its time comes before silence is noticed, and says nothing about the worker.
    const late = setTimeout(isAnswered, lateMs(info));
    // Not AbortSignal.any: Node keeps such a signal for ever where a step listens to it, and does not take that back.
    const ending = new AbortController();
    const causes = [context.cancellationSignal, withdrawal.signal];
    const cancel = (): void => ending.abort(causes.find(({ aborted }) => aborted)?.reason);
    if (causes.some(({ aborted }) => aborted)) cancel();
    for (const cause of causes) cause.addEventListener('abort', cancel, { once: true });
    // What the step reports goes with the next beat. It is told to stop when an error outside of its promise has ended it.
    const seen = Object.create(context, {
      heartbeat: { value: report },
      cancellationSignal: { value: ending.signal },
    }) as Context;
    const end = { workerIs: 'kept' as WorkerIs };
    const blamed = new Promise<never>((_resolve, reject) => {
      running.set(seen, (error, workerIs) => {
        end.workerIs = workerIs;
        reject(strayFailure(error, info, workerIs === 'lost' ? lost : 0));
        ending.abort();
      });
    });
    report({});
    if (outlived) beat(); // in place of one that still waits to be sent, and says that this attempt waits
    const still = startPace(info.heartbeatTimeoutMs ?? HEARTBEAT_MS, beat);
    try {
      return await Promise.race([asyncLocalStorage.run(seen, run), blamed]);
    } catch (error) {
      if (end.workerIs === 'kept') isAnswered();
      const isOurs = withdrawal.signal.aborted && !context.cancellationSignal.aborted;
      throw isOurs && error instanceof CancelledFailure ? withdrawn() : error;
    } finally {
      still();
      clearTimeout(late);
      for (const cause of causes) cause.removeEventListener('abort', cancel);
      running.delete(seen);
      pulse.end(info);
    }
  }

  return {
    interceptor: (context) => ({ inbound: { execute: (input, next) => attempt(context, () => next(input)) } }),
    blame(error, workerIs) {
      const context = asyncLocalStorage.getStore();
      const fail = context && running.get(context);
      fail?.(error, workerIs);
      return fail && context.info.activityType;
    },
    withdraw: () => withdrawal.abort(),
  };
}

/** When silence would no longer be noticed before the time of the attempt is up, milliseconds after its begin. */
function lateMs({ startToCloseTimeoutMs, heartbeatTimeoutMs = 0 }: Info): number {
  return Math.min(Math.max(0, startToCloseTimeoutMs - heartbeatTimeoutMs), TIMER_MAX_MS);
}

/** The failure of a step that threw outside of its promise: whoever waits for the promise would wait until its time is up. */
function strayFailure(error: unknown, { activityType, retryPolicy }: Info, lost: number): ApplicationFailure {
  if (error instanceof ApplicationFailure && FAILURES.some((kind) => kind === error.type)) return error;
  if (lost >= LOST_MAX) return failure('broken', poisonText(activityType), error, 'unknown');
  const what = `Step ${activityType} threw an error that nobody caught.`;
  return retryPolicy?.maximumAttempts === 1
    ? failure('outcome_unknown', `${what} Whether it took effect is unknown, and it is not repeated.`, error, 'unknown')
    : failure('unavailable', what, error, 'unknown');
}
